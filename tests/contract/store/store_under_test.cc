#include "tests/contract/store/store_under_test.h"

#include <cstdlib>

#include "proto/contract/validation.h"
#include "server/store/memory/memory_store.h"
#include "server/store/sqlite/sqlite_store.h"

namespace vigie::server {

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "vigie-store-XXXXXX").string();
  path_ = mkdtemp(pattern.data());
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void StoreContract::SetUp() {
  if (GetParam() == "memory") {
    store_ = std::make_unique<MemoryStore>();
    return;
  }
  auto opened = SqliteStore::Open(folder_.File("collector.db"));
  ASSERT_TRUE(opened) << opened.error().message;
  store_ = std::move(*opened);
}

void StoreContract::Write(const std::function<base::Result<void>(StoreTransaction&)>& body) {
  const auto written = store().Write(body);
  ASSERT_TRUE(written) << written.error().message;
}

void StoreContract::Append(const std::vector<v1::Event>& events, const std::string& host) {
  Write([&](StoreTransaction& transaction) -> base::Result<void> {
    for (const v1::Event& event : events) {
      if (auto appended = transaction.AppendEvent(event, host); !appended) return appended;
    }
    return {};
  });
}

std::vector<std::string> StoreContract::Query(EventQuery query, std::uint32_t page_size) {
  std::vector<std::string> ids;
  query.page_size = page_size;
  do {
    const auto page = store().QueryEvents(query);
    EXPECT_TRUE(page) << page.error().message;
    if (!page) break;
    EXPECT_LE(page->events.size(), page_size);
    for (const v1::Event& event : page->events) ids.push_back(contract::EventId(event));
    query.page_token = page->next_page_token;
  } while (!query.page_token.empty());
  return ids;
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreContract, ::testing::Values("memory", "sqlite"),
                         [](const auto& tested) { return tested.param; });

}  // namespace vigie::server
