// What only the embedded store promises: a file that outlives its process.
#include "server/store/sqlite/sqlite_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "platform/sqlite/database.h"
#include "server/store/sqlite/sqlite_schema.h"
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

// A store as 0.1 wrote it before there were sightings.
void WriteFirstVersion(const std::string& path, std::uint64_t events) {
  auto old = sqlite::Database::Open(path);
  ASSERT_TRUE(old->Migrate({StoreMigrations()[0]}));
  auto insert = old->Prepare("INSERT INTO events (id, at, host, user, channel, event) VALUES (?, ?, 'w1', ?, 1, ?)");
  ASSERT_TRUE(old->Execute("BEGIN"));
  for (std::uint64_t i = 1; i <= events; ++i) {
    const v1::Event event = MakeEvent({.sequence = i, .records = {static_cast<std::uint32_t>(i)}});
    insert->BindText(1, "agent-1/1/" + std::to_string(i)).Bind(2, kStoryBegin.time_since_epoch().count());
    ASSERT_TRUE(insert->BindText(3, "alice").BindBlob(4, event.SerializeAsString()).Run());
  }
  ASSERT_TRUE(old->Execute("COMMIT"));
}

std::uint32_t CustomersOfAlice(Store& store) {
  const auto reader = store.OpenSightings();
  const auto holders = (*reader)->Holders("");
  if (!holders || holders->size() != 1) return 0;
  std::uint32_t customers = 0;
  EXPECT_TRUE((*reader)->EachDayOf(holders->at(0).number, [&](const HolderDay& day) -> base::Result<void> {
    customers += day.records.size();
    return {};
  }));
  return customers;
}

TEST_F(SqliteStoreFile, TheFirstVersionIsMigratedWithTheSightingsOfItsEvents) {
  WriteFirstVersion(path(), 12'345);
  const auto store = SqliteStore::Open(path());
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(CustomersOfAlice(**store), 12'345U);
  EXPECT_EQ((*store)->CountEvents().value(), 12'345U);
  ASSERT_TRUE((*store)->Write([](StoreTransaction& transaction) {
    return transaction.AppendEvent(MakeEvent({.sequence = 20'000, .records = {20'000}}), "w1");
  }));
  EXPECT_EQ(CustomersOfAlice(**store), 12'346U);
}

TEST_F(SqliteStoreFile, AnOldEventThatCannotBeReadDoesNotStopTheMigration) {
  WriteFirstVersion(path(), 30);
  {
    auto old = sqlite::Database::Open(path());
    ASSERT_TRUE(old->Execute("UPDATE events SET event = x'ff' WHERE position IN (1, 17)"));
  }
  const auto store = SqliteStore::Open(path());
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(CustomersOfAlice(**store), 28U);
}

TEST_F(SqliteStoreFile, AMigrationThatWasInterruptedGoesOnWhereItWas) {
  WriteFirstVersion(path(), 12'345);
  {
    auto half = sqlite::Database::Open(path());
    ASSERT_TRUE(half->Migrate(StoreMigrations()));
    ASSERT_TRUE(half->Execute("UPDATE sightings_backlog SET next = 5001"));  // as if the first 5000 were done
  }
  {
    const auto store = SqliteStore::Open(path());
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_EQ(CustomersOfAlice(**store), 7345U);
  }
  const auto again = SqliteStore::Open(path());
  EXPECT_EQ(CustomersOfAlice(**again), 7345U) << "nothing is added twice";
}

TEST_F(SqliteStoreFile, GapsOfBeforeThereWasAListAreListed) {
  WriteFirstVersion(path(), 30);
  {
    auto old = sqlite::Database::Open(path());
    ASSERT_TRUE(old->Migrate({StoreMigrations()[0], StoreMigrations()[1]}));
    auto insert = old->Prepare("INSERT INTO events (id, at, host, event) VALUES (?, 1, 'w7', ?)");
    insert->BindText(1, "agent-1/1/31").BindBlob(2, MakeGap("agent-1", 31, std::chrono::hours(2)).SerializeAsString());
    ASSERT_TRUE(insert->Run());
  }
  for (int start = 0; start < 2; ++start) {
    const auto store = SqliteStore::Open(path());
    ASSERT_TRUE(store) << store.error().message;
    const auto gaps = (*store)->ListGaps({});
    ASSERT_EQ(gaps->gaps.size(), 1U) << "at each start";
    EXPECT_EQ(gaps->gaps[0].host(), "w7");
    EXPECT_EQ(gaps->gaps[0].sensor(), "file_events");
  }
}

}  // namespace
}  // namespace vigie::server
