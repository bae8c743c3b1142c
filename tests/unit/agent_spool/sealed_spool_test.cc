// What lies on the disk says nothing of a person, whatever happened to it before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "agent/spool/event_spool.h"
#include "platform/fake/fake_clock.h"
#include "platform/sqlite/database.h"
#include "tests/unit/agent/spool_events.h"
#include "tests/unit/agent/temporary_directory.h"

namespace vigie::agent::spool {
namespace {

constexpr char kUser[] = "zephyrine.quillard";
constexpr char kPath[] = "/home/zq/Offre-Meridienne-2031.xlsx";
constexpr char kRecords[] = "\x3a\x30\x01\x02records-of-nobody\x7f\x7e\x7d";

v1::Event PersonalEvent(std::uint64_t sequence = 0) {
  v1::Event event = SomeEvent(kPath);
  event.mutable_activity()->set_user(kUser);
  event.mutable_inspection()->mutable_customers()->set_distinct(3);
  event.mutable_inspection()->mutable_customers()->set_records(kRecords);
  event.set_agent_id("desk-7");
  event.set_boot_epoch(1'700'000'000'000);
  event.set_sequence(sequence);
  return event;
}

class SealedSpool : public ::testing::Test {
 protected:
  std::unique_ptr<EventSpool> Open() {
    auto spool = EventSpool::Open(path, {.agent_id = "desk-7"}, clock);
    EXPECT_TRUE(spool) << spool.error().message;
    return *std::move(spool);
  }
  static std::vector<v1::Event> All(EventSpool& spool) {
    std::vector<v1::Event> events;
    for (EventKey after;;) {
      const auto stored = spool.ReadAfter(after, {});
      EXPECT_TRUE(stored) << stored.error().message;
      if (!stored || stored->empty()) return events;
      for (const StoredEvent& one : *stored) EXPECT_TRUE(events.emplace_back().ParseFromString(one.bytes));
      after = stored->back().key;
    }
  }
  // Names of the files that hold one of them.
  std::vector<std::string> FilesThatTell() {
    std::vector<std::string> telling;
    for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), {}};
      for (const char* secret : {kUser, kPath, kRecords}) {
        if (bytes.find(secret) != std::string::npos) telling.push_back(entry.path().filename());
      }
    }
    return telling;
  }
  // As a kill of the version before left it: in clear, its write-ahead log not emptied. Other names of both files stay,
  // for what is on the disk when their own are removed.
  void MakeClearSpool(int events) {
    const std::string made = directory.path() + "/made.db";
    auto database = sqlite::Database::Open(made);
    FillClearSpool(database, events);
    for (const char* file : {"", "-wal"}) {
      std::filesystem::copy_file(made + file, path + file);
      std::filesystem::create_hard_link(path + file, directory.path() + "/held" + file);
    }
    ASSERT_GT(std::filesystem::file_size(path + "-wal"), 0U);
    database = sqlite::Database::Open(":memory:");
    std::filesystem::remove(made);
  }
  static void FillClearSpool(base::Result<sqlite::Database>& database, int events) {
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->Migrate(
        {"CREATE TABLE event(epoch INTEGER NOT NULL, sequence INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY(epoch, "
         "sequence));"
         "CREATE TABLE remembered(number INTEGER PRIMARY KEY, body BLOB NOT NULL);"
         "CREATE TABLE number(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID"}));
    ASSERT_TRUE(database->Execute(
        "INSERT INTO number VALUES('epoch', 1700000000000), ('position', 41), ('alive', 1700000000500)"));
    for (int i = 1; i <= events; ++i) {
      auto insert = database->Prepare("INSERT INTO event VALUES(1700000000000, ?1, ?2)");
      ASSERT_TRUE(insert);
      const auto sequence = static_cast<std::uint64_t>(i) + 1;
      ASSERT_TRUE(insert->Bind(1, i + 1).BindBlob(2, PersonalEvent(sequence).SerializeAsString()).Run());
    }
    auto remember = database->Prepare("INSERT INTO remembered(body) VALUES(?1)");
    ASSERT_TRUE(remember);
    ASSERT_TRUE(remember->BindBlob(1, PersonalEvent(1).SerializeAsString()).Run());
  }

  TemporaryDirectory directory;
  platform::FakeClock clock;
  const std::string path = directory.path() + "/spool.db";
};

TEST_F(SealedSpool, TellsNothingByItsFiles) {
  const auto spool = Open();
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(spool->Append(PersonalEvent(), 0));
  ASSERT_TRUE(spool->Forget({spool->boot_epoch(), 10}));
  EXPECT_GT(std::filesystem::file_size(path + "-wal"), 0U) << "the log is looked into as well";
  EXPECT_THAT(FilesThatTell(), ::testing::IsEmpty());
  EXPECT_EQ(All(*spool).size(), 20U);
  EXPECT_EQ(All(*spool).front().activity().user(), kUser);
}

TEST_F(SealedSpool, TellsNothingByItsDamagedCopies) {
  {
    const auto spool = Open();
    for (int i = 0; i < 30; ++i) ASSERT_TRUE(spool->Append(PersonalEvent(), 0));
  }
  std::fstream(path, std::ios::in | std::ios::out | std::ios::binary) << "not a database";
  EXPECT_EQ(All(*Open()).size(), 30U) << "the rows can still be read";
  EXPECT_TRUE(std::filesystem::exists(path + ".damaged"));
  EXPECT_THAT(FilesThatTell(), ::testing::IsEmpty());
}

TEST_F(SealedSpool, TakesOverTheEventsOfTheVersionBeforeAndErasesThemThere) {
  MakeClearSpool(600);
  std::ofstream(path + ".damaged") << kUser;
  EXPECT_THAT(FilesThatTell(), ::testing::Not(::testing::IsEmpty()));
  const auto spool = Open();
  EXPECT_THAT(FilesThatTell(), ::testing::IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(path + ".damaged"));
  const auto events = All(*spool);
  ASSERT_EQ(events.size(), 600U) << "and no gap";
  EXPECT_EQ(events.back().SerializeAsString(), PersonalEvent(601).SerializeAsString());
  EXPECT_EQ(spool->last_position(), 41U);
  EXPECT_GT(spool->boot_epoch(), 1'700'000'000'000U);
  ASSERT_TRUE(spool->absence());
  EXPECT_EQ(spool->Remembered()->size(), 601U);
}

TEST_F(SealedSpool, TriesAgainToEraseACopyInClear) {
  MakeClearSpool(5);
  const std::string copy = path + ".damaged";
  std::filesystem::create_directory(copy);  // it cannot be written over
  (void)Open();
  std::filesystem::remove(copy);
  std::ofstream(copy) << kUser;
  (void)Open();
  EXPECT_FALSE(std::filesystem::exists(copy));
  std::ofstream(copy) << "sealed";
  (void)Open();
  EXPECT_TRUE(std::filesystem::exists(copy)) << "once they are erased, what is set aside stays";
}

TEST_F(SealedSpool, BeginsAgainWithATakeOverThatWasInterrupted) {
  MakeClearSpool(5);
  std::filesystem::rename(path + "-wal", path + ".clear-wal");
  std::filesystem::rename(path, path + ".clear");
  EXPECT_EQ(All(*Open()).size(), 5U);
  EXPECT_FALSE(std::filesystem::exists(path + ".clear"));
  EXPECT_THAT(FilesThatTell(), ::testing::IsEmpty());
}

TEST_F(SealedSpool, KeepsNoCopyOfADamagedFileOfTheVersionBefore) {
  MakeClearSpool(5);
  for (const char* file : {"", "-wal"}) {
    std::fstream(path + file, std::ios::in | std::ios::out | std::ios::binary) << "not a database";
  }
  const auto spool = Open();
  ASSERT_TRUE(spool->Append(SomeEvent(), 0));
  EXPECT_TRUE(All(*spool).front().has_gap());
  EXPECT_THAT(FilesThatTell(), ::testing::IsEmpty());
}

TEST_F(SealedSpool, StartsWithoutItsKeyAndTellsWhatCannotBeOpened) {
  {
    const auto spool = Open();
    for (int i = 0; i < 7; ++i) ASSERT_TRUE(spool->Append(PersonalEvent(), 0));
  }
  const std::string key = directory.path() + "/host.key";
  std::filesystem::remove(key);
  const auto spool = Open();
  EXPECT_TRUE(All(*spool).empty());
  ASSERT_TRUE(spool->Append(SomeEvent(), 0));
  const auto events = All(*spool);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].gap().lost(), 7U);
  ASSERT_EQ(events[0].gap().never_sent_size(), 1);
  EXPECT_EQ(events[0].gap().never_sent(0).first(), 1U);
  EXPECT_EQ(events[0].gap().never_sent(0).last(), 7U);
}

}  // namespace
}  // namespace vigie::agent::spool
