// What the agent keeps of files stands sealed on the disk; what a version before kept in clear is taken over and
// overwritten, killed in between or not.
#include "agent/inspect/sealed_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "agent/inspect/derived_index.h"
#include "agent/inspect/verdict_index.h"
#include "tests/support/killed_process.h"
#include "tests/unit/agent/temporary_directory.h"

namespace vigie::agent::inspect {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kPath[] = "/home/alice/a-telling-name.csv";
constexpr char kContent[] = "text/x-telling-content";
constexpr int kRows = 40;

// As version 1 made them.
constexpr char kVerdictsInClear[] =
    "CREATE TABLE verdict("
    "  device INTEGER NOT NULL, inode INTEGER NOT NULL, change_time INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    "  version TEXT NOT NULL, path TEXT NOT NULL, watched INTEGER NOT NULL, used INTEGER NOT NULL, inspection BLOB NOT "
    "NULL,"
    "  PRIMARY KEY(device, inode)) WITHOUT ROWID;"
    "CREATE INDEX verdict_watched ON verdict(watched) WHERE watched = 1;"
    "CREATE INDEX verdict_used ON verdict(used); PRAGMA user_version=1";
constexpr char kDerivedInClear[] =
    "CREATE TABLE derived("
    "  number INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  device INTEGER NOT NULL, inode INTEGER NOT NULL, change_time INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    "  path TEXT NOT NULL, inspection BLOB NOT NULL);"
    "CREATE UNIQUE INDEX derived_file ON derived(device, inode); PRAGMA user_version=1";

platform::FileIdentity FileNumber(int number) {
  return {.device = 1, .inode = static_cast<std::uint64_t>(number), .change_time_ns = 3, .bytes = 4};
}
v1::Inspection Telling() {
  v1::Inspection inspection;
  inspection.set_media_type(kContent);
  return inspection;
}

class SealedRows : public ::testing::TestWithParam<std::string> {
 protected:
  bool verdicts() const { return GetParam() == "verdicts"; }
  std::unique_ptr<VerdictIndex> OpenVerdicts() { return Opened(VerdictIndex::Open(path, key, {.version = "1"})); }
  std::unique_ptr<DerivedIndex> OpenDerived() { return Opened(DerivedIndex::Open(path, key)); }
  template <typename Index>
  static std::unique_ptr<Index> Opened(base::Result<std::unique_ptr<Index>> opened) {
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? *std::move(opened) : nullptr;
  }
  bool Opens() { return verdicts() ? OpenVerdicts() != nullptr : OpenDerived() != nullptr; }
  void Record() {
    if (!verdicts()) {
      ASSERT_TRUE(OpenDerived()->Record(FileNumber(1), kPath, Telling()));
      return;
    }
    const auto index = OpenVerdicts();
    ASSERT_TRUE(index->Record(FileNumber(1), kPath, Telling(), true, index->versions()));
  }
  std::optional<v1::Inspection> Find(int number) {
    return verdicts() ? OpenVerdicts()->Find(FileNumber(number)) : OpenDerived()->Find(FileNumber(number));
  }
  std::vector<std::string> Paths() {
    std::vector<std::string> paths;
    const auto add = [&](const std::string& one) { paths.push_back(one); };
    EXPECT_TRUE(verdicts() ? OpenVerdicts()->ForEachWatched(add) : OpenDerived()->ForEachPath(add));
    return paths;
  }
  // As a kill of the version before leaves it: rows in the file, and in its write-ahead log.
  void MakeOneInClear() {
    const std::string other = directory.path() + "/made.db";
    auto database = sqlite::Database::Open(other);
    ASSERT_TRUE(database->Execute(verdicts() ? kVerdictsInClear : kDerivedInClear));
    ASSERT_TRUE(Insert(*database, 1, kRows / 2));
    ASSERT_TRUE(database->Execute("PRAGMA wal_checkpoint(TRUNCATE)"));
    ASSERT_TRUE(Insert(*database, kRows / 2 + 1, kRows));
    for (const char* suffix : {"", "-wal"}) fs::copy_file(other + suffix, path + suffix);
    database = base::Error{};  // closed
    for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(other + suffix);
  }
  base::Result<void> Insert(sqlite::Database& database, int first, int last) const {
    auto insert = database.Prepare(
        verdicts() ? "INSERT INTO verdict VALUES(1, ?1, 3, 4, '1', ?2, 1, ?1, ?3)"
                   : "INSERT INTO derived(device, inode, change_time, bytes, path, inspection) VALUES(1, ?1, 3, 4, ?2, "
                     "?3)");
    for (int i = first; i <= last; ++i) {
      auto done = insert->Bind(1, i).BindText(2, kPath).BindBlob(3, Telling().SerializeAsString()).Run();
      if (!done) return done;
    }
    return {};
  }
  // All files of the folder together.
  std::string OnTheDisk() const {
    std::string bytes;
    for (const auto& entry : fs::directory_iterator(directory.path())) {
      std::ifstream file(entry.path(), std::ios::binary);
      bytes.append(std::istreambuf_iterator<char>(file), {});
    }
    return bytes;
  }
  void ExpectNothingInClear() const {
    EXPECT_EQ(OnTheDisk().find(kPath), std::string::npos);
    EXPECT_EQ(OnTheDisk().find(kContent), std::string::npos);
  }

  seal::HostKey key = *seal::HostKey::Make();
  TemporaryDirectory directory;
  const std::string path = directory.path() + "/index.db";
};

TEST_P(SealedRows, NothingOfAPathOrOfFindingsStandsInClear) {
  Record();
  ExpectNothingInClear();
  ASSERT_TRUE(Find(1));
  EXPECT_EQ(Find(1)->media_type(), kContent);
  EXPECT_THAT(Paths(), ElementsAre(kPath));
}

TEST_P(SealedRows, OneInClearIsTakenOverAndOverwritten) {
  MakeOneInClear();
  // Other names of both files stay, to see what became of their bytes.
  fs::create_hard_link(path, directory.path() + "/kept");
  fs::create_hard_link(path + "-wal", directory.path() + "/kept-log");
  ASSERT_THAT(OnTheDisk(), HasSubstr(kPath));
  ASSERT_TRUE(Opens());
  ExpectNothingInClear();
  for (int i = 1; i <= kRows; ++i) ASSERT_TRUE(Find(i)) << i;
  EXPECT_EQ(Paths().size(), static_cast<std::size_t>(kRows));
}

TEST_P(SealedRows, AKillInTheMiddleOfTheTakeoverLosesNothing) {
  MakeOneInClear();
  const std::string other = path + "-clear";
  for (const char* suffix : {"", "-wal"}) fs::copy_file(path + suffix, other + suffix);
  const auto whole = test::KillAtChange(test::kNever, [this] { return Opens(); });
  ASSERT_TRUE(whole.done);
  for (const std::size_t at : test::SomeOf(whole.changes, 40)) {
    SCOPED_TRACE("killed before change " + std::to_string(at));
    for (const auto& entry : fs::directory_iterator(directory.path())) {
      if (!entry.path().string().starts_with(other)) fs::remove(entry.path());
    }
    for (const char* suffix : {"", "-wal"}) fs::copy_file(other + suffix, path + suffix);
    const auto ended = test::KillAtChange(at, [this] { return Opens(); });
    EXPECT_TRUE(ended.killed || ended.done) << "it failed by itself";
    for (int i = 1; i <= kRows; ++i) ASSERT_TRUE(Find(i)) << i;
    EXPECT_FALSE(fs::exists(path + ".clear"));
    EXPECT_FALSE(fs::exists(path + ".clear-log"));
    EXPECT_FALSE(fs::exists(path + ".sealing"));
  }
}

TEST_P(SealedRows, OneOfAnotherKeyIsMadeAnew) {
  Record();
  key = *seal::HostKey::Make();
  EXPECT_FALSE(Find(1));
  EXPECT_THAT(Paths(), ElementsAre());
  Record();
  EXPECT_TRUE(Find(1));
}

TEST_P(SealedRows, DamageOfOneRowCostsThatRowOnly) {
  MakeOneInClear();
  ASSERT_TRUE(Opens());
  {
    auto database = sqlite::Database::Open(path);
    const std::string table = verdicts() ? "verdict" : "derived";
    ASSERT_TRUE(database->Execute("UPDATE " + table + " SET path = x'00', inspection = x'00' WHERE inode = 1"));
  }
  EXPECT_FALSE(Find(1));
  for (int i = 2; i <= kRows; ++i) ASSERT_TRUE(Find(i)) << i;
}

TEST_P(SealedRows, ATakeoverThatFailsDoesNotStopTheStart) {
  ASSERT_TRUE(sqlite::Database::Open(path)->Execute("PRAGMA user_version=1"));  // its table is missing
  EXPECT_TRUE(Opens());
}

TEST_P(SealedRows, ATakeoverThatFailsLosesNothingAndLeavesNoSecondLog) {
  MakeOneInClear();
  const base::Error full{base::ErrorCode::kResourceExhausted, "full"};
  ASSERT_FALSE(ReplaceClear(path, [&](auto&, const auto&) { return base::Result<void>(full); }));
  EXPECT_FALSE(fs::exists(path + ".clear-log"));
  for (int i = 1; i <= kRows; ++i) ASSERT_TRUE(Find(i)) << i;
}

TEST_P(SealedRows, DerivedAreReadFromWhatIsInClearWhileItCannotBeTakenOver) {
  if (verdicts()) return;  // a cache
  MakeOneInClear();
  fs::create_directories(path + ".sealing/in-the-way");
  {
    const auto index = OpenDerived();
    ASSERT_TRUE(index);
    for (int i = 1; i <= kRows; ++i) ASSERT_TRUE(index->Find(FileNumber(i))) << i;
    EXPECT_TRUE(index->Record(FileNumber(kRows + 1), kPath, Telling()));
  }
  fs::remove_all(path + ".sealing");
  for (int i = 1; i <= kRows; ++i) ASSERT_TRUE(Find(i)) << i;
  ExpectNothingInClear();
}

INSTANTIATE_TEST_SUITE_P(Indexes, SealedRows, ::testing::Values("verdicts", "derived"),
                         [](const auto& tested) { return tested.param; });

TEST(RowSealOfAFile, OpensForThatFileAndColumnOnly) {
  const RowSeal seal(*seal::HostKey::Make());
  const std::string sealed = seal.Seal(FileNumber(1), RowSeal::Column::kPath, "text");
  EXPECT_EQ(seal.Open(FileNumber(1), RowSeal::Column::kPath, sealed), "text");
  EXPECT_FALSE(seal.Open(FileNumber(2), RowSeal::Column::kPath, sealed));
  EXPECT_FALSE(seal.Open(FileNumber(1), RowSeal::Column::kInspection, sealed));
}

}  // namespace
}  // namespace vigie::agent::inspect
