#include "platform/sqlite/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "tests/support/temporary_directory.h"

namespace vigie::sqlite {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using ::testing::HasSubstr;

std::int64_t ReadInteger(Database& database, std::string_view sql) {
  auto statement = database.Prepare(sql);
  EXPECT_TRUE(statement) << sql;
  std::int64_t value = -1;
  EXPECT_TRUE(statement->ForEach([&](const Statement::Row& row) {
    value = row.Integer(0);
    return false;
  }));
  return value;
}

std::string ReadText(Database& database, std::string_view sql) {
  auto statement = database.Prepare(sql);
  EXPECT_TRUE(statement) << sql;
  std::string value;
  EXPECT_TRUE(statement->ForEach([&](const Statement::Row& row) {
    value = row.Text(0);
    return false;
  }));
  return value;
}

TEST(Database, CommitsToDiskInAWriteAheadLog) {
  const test::TemporaryDirectory directory;
  auto database = Database::Open(directory / "db");
  ASSERT_TRUE(database);
  EXPECT_EQ(ReadText(*database, "PRAGMA journal_mode"), "wal");
  EXPECT_EQ(ReadInteger(*database, "PRAGMA synchronous"), 2);  // FULL
  EXPECT_EQ(ReadInteger(*database, "PRAGMA foreign_keys"), 1);
  EXPECT_EQ(ReadInteger(*database, "PRAGMA busy_timeout"), 5000);
}

TEST(Database, AndItsLogBelongToTheOwnerAlone) {
  const test::TemporaryDirectory directory;
  auto database = Database::Open(directory / "db");
  ASSERT_TRUE(database);
  ASSERT_TRUE(database->Execute("CREATE TABLE t (x)"));
  for (const char* name : {"db", "db-wal", "db-shm"}) {
    EXPECT_EQ(std::filesystem::status(directory / name).permissions(), std::filesystem::perms(0600)) << name;
  }
}

TEST(Database, WhoseLogIsWatchedLeavesItToTheWatcherUntilItIsTooLong) {
  const test::TemporaryDirectory directory;
  auto database = Database::Open(directory / "db");
  auto beside = Database::Open(directory / "db");
  ASSERT_TRUE(database && beside);
  ASSERT_TRUE(database->Execute("CREATE TABLE t (x)"));
  int woken = 0;
  database->WatchLog({10, 40, [&] { ++woken; }});
  const auto grow = [&] { ASSERT_TRUE(database->Execute("INSERT INTO t VALUES (zeroblob(20000))")); };  // 5 pages, 6
  const auto log_bytes = [&] { return std::filesystem::file_size(directory / "db-wal"); };
  for (int i = 0; i < 3; ++i) grow();
  EXPECT_GE(woken, 1);
  ASSERT_TRUE(beside->Checkpoint());
  const auto taken_over = log_bytes();
  grow();
  EXPECT_EQ(log_bytes(), taken_over) << "the log begins anew";
  for (int i = 0; i < 30; ++i) grow();
  EXPECT_LT(log_bytes(), 60U * 4200) << "nobody looked after it, so the commits did";
  EXPECT_EQ(ReadInteger(*beside, "SELECT count(*) FROM t"), 34);
}

TEST(Database, WakesAsOftenAsTheLogHasGrownAndAtEachCommitNearItsEnd) {
  const test::TemporaryDirectory directory;
  auto database = Database::Open(directory / "db");
  ASSERT_TRUE(database);
  ASSERT_TRUE(database->Execute("CREATE TABLE t (x)"));
  int woken = 0;
  database->WatchLog({40, 200, [&] { ++woken; }});
  const auto log_pages = [&] { return std::filesystem::file_size(directory / "db-wal") / (4096 + 24); };
  const auto grow_to = [&](std::uint64_t pages) {
    while (log_pages() < pages) ASSERT_TRUE(database->Execute("INSERT INTO t VALUES (zeroblob(20000))"));
  };
  grow_to(170);
  EXPECT_GE(woken, 3);
  EXPECT_LE(woken, 4);
  grow_to(180);
  woken = 0;
  grow_to(log_pages() + 1);
  EXPECT_EQ(woken, 1);
}

TEST(Database, KeepsWhatWasCommittedAcrossOpens) {
  const test::TemporaryDirectory directory;
  {
    auto database = Database::Open(directory / "db");
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->Execute("CREATE TABLE t (x); INSERT INTO t VALUES (42)"));
  }
  auto database = Database::Open(directory / "db");
  ASSERT_TRUE(database);
  EXPECT_EQ(ReadInteger(*database, "SELECT x FROM t"), 42);
}

TEST(Database, ThatIsNoneIsDamaged) {
  const test::TemporaryDirectory directory;
  std::ofstream(directory / "db") << std::string(4096, 'x');
  const auto database = Database::Open(directory / "db");
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().code, ErrorCode::kDataLoss);
  EXPECT_THAT(database.error().message, HasSubstr(directory / "db"));
}

TEST(Database, TellsWhenTheFolderIsMissing) {
  const test::TemporaryDirectory directory;
  const auto database = Database::Open(directory / "missing/db");
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().code, ErrorCode::kNotFound);
}

TEST(Database, TellsWhatIsWrongWithAStatement) {
  auto database = Database::Open(":memory:");
  ASSERT_TRUE(database);
  const auto statement = database->Prepare("SELECT x FROM missing");
  ASSERT_FALSE(statement);
  EXPECT_THAT(statement.error().message, HasSubstr("no such table: missing"));
}

class Transactions : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = Database::Open(":memory:");
    ASSERT_TRUE(opened);
    database_.emplace(*std::move(opened));
    ASSERT_TRUE(database_->Execute("CREATE TABLE t (x INTEGER PRIMARY KEY)"));
  }
  std::int64_t Count() { return ReadInteger(*database_, "SELECT count(*) FROM t"); }

  std::optional<Database> database_;
};

TEST_F(Transactions, KeepAllThatTheirBodyDid) {
  ASSERT_TRUE(
      database_->Transaction([&] { return database_->Execute("INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)"); }));
  EXPECT_EQ(Count(), 2);
}

TEST_F(Transactions, KeepNothingIfTheBodyFails) {
  const auto done = database_->Transaction([&]() -> Result<void> {
    if (auto inserted = database_->Execute("INSERT INTO t VALUES (1)"); !inserted) return inserted;
    return Error{ErrorCode::kCancelled, "changed my mind"};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(Count(), 0);
  EXPECT_TRUE(database_->Transaction([] { return Result<void>(); })) << "the next one must begin";
}

TEST_F(Transactions, KeepNothingIfTheBodyThrows) {
  EXPECT_THROW((void)database_->Transaction([&]() -> Result<void> {
    (void)database_->Execute("INSERT INTO t VALUES (1)");
    throw std::runtime_error("bug");
  }),
               std::runtime_error);
  EXPECT_EQ(Count(), 0);
}

TEST_F(Transactions, TellARepeatedKeyFromAnotherBrokenRule) {
  ASSERT_TRUE(database_->Execute("INSERT INTO t VALUES (1); CREATE TABLE n (x NOT NULL)"));
  const auto repeated = database_->Execute("INSERT INTO t VALUES (1)");
  ASSERT_FALSE(repeated);
  EXPECT_EQ(repeated.error().code, ErrorCode::kAlreadyExists);
  const auto empty = database_->Execute("INSERT INTO n VALUES (NULL)");
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().code, ErrorCode::kFailedPrecondition);
}

TEST(Migrations, RunOnceAndInOrder) {
  const test::TemporaryDirectory directory;
  const std::vector<std::string_view> first = {"CREATE TABLE t (x)"};
  const std::vector<std::string_view> both = {"CREATE TABLE t (x)", "INSERT INTO t VALUES (7)"};
  for (const auto& migrations : {first, both, both}) {
    auto database = Database::Open(directory / "db");
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->Migrate(migrations));
  }
  auto database = Database::Open(directory / "db");
  ASSERT_TRUE(database);
  EXPECT_EQ(ReadInteger(*database, "SELECT count(*) FROM t"), 1);
  EXPECT_EQ(ReadInteger(*database, "PRAGMA user_version"), 2);
}

TEST(Migrations, ThatFailLeaveTheLastGoodVersion) {
  auto database = Database::Open(":memory:");
  ASSERT_TRUE(database);
  const auto migrated = database->Migrate({"CREATE TABLE t (x)", "CREATE TABLE u (x); broken"});
  ASSERT_FALSE(migrated);
  EXPECT_THAT(migrated.error().message, HasSubstr("migration 2"));
  EXPECT_EQ(ReadInteger(*database, "PRAGMA user_version"), 1);
  EXPECT_FALSE(database->Prepare("SELECT x FROM u"));
}

TEST(Migrations, RefuseAFileOfANewerBuild) {
  auto database = Database::Open(":memory:");
  ASSERT_TRUE(database);
  ASSERT_TRUE(database->Execute("PRAGMA user_version=9"));
  const auto migrated = database->Migrate({"CREATE TABLE t (x)"});
  ASSERT_FALSE(migrated);
  EXPECT_EQ(migrated.error().code, ErrorCode::kFailedPrecondition);
}

}  // namespace
}  // namespace vigie::sqlite
