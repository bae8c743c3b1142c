#include "tests/unit/server/server_fixture.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace vigie::server {

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "vigie-server-XXXXXX").string();
  path_ = mkdtemp(pattern.data());
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::shared_ptr<const policy::CompiledPolicy> MakePolicy(const std::string& thresholds, int version) {
  auto compiled = policy::ReadPolicy("version: " + std::to_string(version) + "\n" + thresholds, "test");
  if (!compiled) ADD_FAILURE() << compiled.error().message;
  return std::make_shared<const policy::CompiledPolicy>(std::move(*compiled));
}

std::string BulkThreshold(int over, const std::string& extra) {
  return "thresholds:\n  - id: bulk\n    when: {channels: [removable_media]}\n    measure: distinct_customers\n"
         "    per: [user]\n    window: 24h\n    over: " +
         std::to_string(over) + "\n    severity: critical\n" + extra;
}

std::string ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void WriteText(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

ServerFixture::ServerFixture()
    : detector_(store_, clock_, {&heard_}), lane_(store_, detector_), ingest_(lane_, detector_, clock_, {}) {
}

void ServerFixture::Start(std::shared_ptr<const policy::CompiledPolicy> policy) {
  const auto started = detector_.Start(std::move(policy));
  ASSERT_TRUE(started) << started.error().message;
}

base::Result<void> ServerFixture::TryObserve(const std::vector<v1::Event>& events) {
  return lane_.Run([&](StoreTransaction& transaction) -> base::Result<void> {
    for (const v1::Event& event : events) {
      if (auto appended = transaction.AppendEvent(event, event.activity().host()); !appended) return appended;
      if (auto observed = detector_.Observe(event, transaction); !observed) return observed;
    }
    return {};
  });
}

void ServerFixture::Observe(const std::vector<v1::Event>& events) {
  const auto observed = TryObserve(events);
  ASSERT_TRUE(observed) << observed.error().message;
}

base::Result<v1::Incident> ServerFixture::Close(const std::string& id) {
  v1::Incident closed;
  auto done = lane_.Run([&](StoreTransaction& transaction) -> base::Result<void> {
    auto result = detector_.Close(id, "handled", transaction);
    if (!result) return result.error();
    closed = *result;
    return {};
  });
  if (!done) return done.error();
  return closed;
}

void ServerFixture::Enrol(const std::string& agent, const std::string& host) {
  ASSERT_TRUE(lane_.Run([&](StoreTransaction& transaction) {
    AgentRecord record;
    record.status.set_id(agent);
    record.status.set_host(host);
    record.enrolled_host = host;
    return transaction.SaveAgent(record);
  }));
}

v1::Incident ServerFixture::TheOpenIncident() {
  const auto open = store_.OpenIncidents();
  if (!open || open->size() != 1) {
    ADD_FAILURE() << "there is not exactly one open incident";
    return {};
  }
  return open->front();
}

}  // namespace vigie::server
