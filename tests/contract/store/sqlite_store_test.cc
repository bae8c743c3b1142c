// What only the embedded store promises: a file that outlives its process.
#include "server/store/sqlite/sqlite_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "platform/sqlite/database.h"
#include "tests/contract/store/store_under_test.h"
#include "tests/unit/server/event_builder.h"

namespace vigie::server {
namespace {

using ::testing::HasSubstr;

class SqliteStoreFile : public ::testing::Test {
 protected:
  std::string path() const { return folder_.File("collector.db"); }

 private:
  TemporaryFolder folder_;
};

base::Result<void> AppendOne(Store& store, std::uint64_t sequence) {
  return store.Write(
      [&](StoreTransaction& transaction) { return transaction.AppendEvent(MakeEvent({.sequence = sequence}), "w1"); });
}

TEST_F(SqliteStoreFile, KeepsWhatWasCommittedAcrossReopening) {
  ASSERT_TRUE(AppendOne(**SqliteStore::Open(path()), 1));
  const auto again = SqliteStore::Open(path());
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)->CountEvents().value(), 1U);
}

TEST_F(SqliteStoreFile, OnlyOneMayHoldItAtATime) {
  auto first = SqliteStore::Open(path());
  ASSERT_TRUE(first);
  const auto second = SqliteStore::Open(path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, base::ErrorCode::kUnavailable);
  EXPECT_THAT(second.error().message, HasSubstr("another collector"));
  EXPECT_TRUE(AppendOne(**first, 1)) << "the first is unharmed";
  first->reset();
  EXPECT_TRUE(SqliteStore::Open(path()));
}

TEST_F(SqliteStoreFile, ADamagedFileIsDataLoss) {
  std::ofstream(path()) << std::string(8192, 'x');
  const auto opened = SqliteStore::Open(path());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, base::ErrorCode::kDataLoss);
  EXPECT_THAT(opened.error().message, HasSubstr(path()));
}

TEST_F(SqliteStoreFile, ANewerFileIsRefused) {
  ASSERT_TRUE(SqliteStore::Open(path()));
  ASSERT_TRUE(sqlite::Database::Open(path())->Execute("PRAGMA user_version = 99"));
  const auto opened = SqliteStore::Open(path());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, base::ErrorCode::kFailedPrecondition);
}

TEST_F(SqliteStoreFile, AKeptMessageThatIsDamagedIsSaidNotSkipped) {
  const auto store = SqliteStore::Open(path());
  ASSERT_TRUE(AppendOne(**store, 1));
  ASSERT_TRUE(sqlite::Database::Open(path())->Execute("UPDATE events SET event = x'ff'"));
  const auto page = (*store)->QueryEvents({});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, base::ErrorCode::kDataLoss);
}

}  // namespace
}  // namespace vigie::server
