// Every version of the store that there ever was, opened with today's code. schemas/version_N.sql is what the collector
// that knew N migrations left; a new migration adds its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/credentials/digest.h"
#include "core/customers/record_set.h"
#include "platform/sqlite/database.h"
#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"
#include "server/rollout_plan.h"
#include "server/store/sqlite/sqlite_backup.h"
#include "server/store/sqlite/sqlite_integrity.h"
#include "server/store/sqlite/sqlite_schema.h"
#include "server/store/sqlite/sqlite_store.h"
#include "tests/contract/store/store_under_test.h"
#include "tests/support/killed_process.h"
#include "tests/unit/server/event_builder.h"

namespace vigie::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string SchemaFile(std::size_t version) {
  const char* tree = std::getenv("VIGIE_SOURCE_DIR");
  return std::string(tree == nullptr ? "." : tree) + "/tests/contract/store/schemas/version_" +
         std::to_string(version) + ".sql";
}

// The texts of the migrations end each statement, and nothing in it, with a semicolon at the end of a line.
std::vector<std::string> StatementsOf(std::string_view migration) {
  std::vector<std::string> statements;
  for (std::size_t end = migration.find(";\n"); end != std::string_view::npos; end = migration.find(";\n")) {
    statements.emplace_back(migration.substr(0, end + 1));
    migration.remove_prefix(end + 2);
  }
  return statements;
}

std::vector<std::string> Ids(const base::Result<EventPage>& page) {
  std::vector<std::string> ids;
  for (const v1::Event& event : page->events) ids.push_back(contract::EventId(event));
  return ids;
}

class OldStore : public ::testing::TestWithParam<std::size_t> {
 protected:
  void SetUp() override { Make(GetParam()); }
  void Make(std::size_t version) {
    const std::string text = ReadWhole(SchemaFile(version));
    ASSERT_FALSE(text.empty()) << SchemaFile(version) << " is missing";
    const auto made = sqlite::Database::Open(path())->Execute(text);
    ASSERT_TRUE(made) << made.error().message;
  }
  std::string path() const { return folder_.File(name_); }
  void UseAnother(const std::string& name) { name_ = name; }
  // As the backup command of that time left it.
  void BecomeABackup() {
    auto database = sqlite::Database::Open(path());
    const auto made = database->Execute(
        "CREATE TABLE backup_files (name TEXT PRIMARY KEY, mode INTEGER NOT NULL, content BLOB NOT NULL) STRICT, "
        "WITHOUT ROWID;"
        "CREATE TABLE backup_manifest (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
        "INSERT INTO backup_files VALUES ('ca.crt', 420, CAST('invented' AS BLOB));"
        "INSERT INTO backup_manifest VALUES ('made_at', '2024-11-22T10:00:00Z'), ('sha256:ca.crt', '" +
        credentials::Sha256Hex("invented") + "');");
    ASSERT_TRUE(made) << made.error().message;
    ASSERT_TRUE(database->Execute("PRAGMA journal_mode=DELETE"));
  }
  std::unique_ptr<SqliteStore> Open() {
    auto opened = SqliteStore::Open(path());
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? std::move(*opened) : nullptr;
  }
  void ExpectEventsAndIncident(Store& store);
  void ExpectTheRest(Store& store);
  void ExpectAll() {
    const auto store = Open();
    ASSERT_TRUE(store);
    ExpectEventsAndIncident(*store);
    ExpectTheRest(*store);
    EXPECT_THAT(CheckStore(path()).value(), IsEmpty());
  }
  // Runs `body` in a process of its own, which kills itself or exits; returns how it ended.
  static int InChild(const std::function<void()>& body) {
    const pid_t child = fork();
    if (child == 0) {
      body();
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return status;
  }

 private:
  TemporaryFolder folder_;
  std::string name_ = "collector.db";
};

void OldStore::ExpectEventsAndIncident(Store& store) {
  EXPECT_THAT(Ids(store.QueryEvents({})), ElementsAre("agent-1/1/1", "agent-1/1/2", "agent-1/1/3"));
  EXPECT_THAT(Ids(store.QueryEvents({.user = "alice"})), ElementsAre("agent-1/1/1", "agent-1/1/2"));
  EXPECT_THAT(Ids(store.QueryEvents({.channel = v1::CHANNEL_REMOVABLE_MEDIA})),
              ElementsAre("agent-1/1/1", "agent-1/1/2"));
  EXPECT_THAT(Ids(store.QueryEvents({.incident_id = "inc-1"})), ElementsAre("agent-1/1/1", "agent-1/1/2"));
  const auto open = store.OpenIncidents();
  ASSERT_TRUE(open);
  ASSERT_EQ(open->size(), 1U);
  EXPECT_EQ(open->at(0).distinct_customers(), 4U);
  std::vector<customers::RecordId> seen;
  const auto reader = store.OpenSightings();
  const auto holders = (*reader)->Holders("");
  ASSERT_EQ(holders->size(), 1U);
  EXPECT_TRUE((*reader)->EachDayOf(holders->at(0).number, [&](const HolderDay& day) -> base::Result<void> {
    seen = day.records.Ids();
    return {};
  }));
  EXPECT_THAT(seen, ElementsAre(1, 2, 3, 9));
}

void OldStore::ExpectTheRest(Store& store) {
  EXPECT_EQ(store.FindAgent("agent-1").value()->status.events(), 3U);
  EXPECT_EQ(store.ListAgents()->size(), 1U);
  EXPECT_EQ(store.LatestPolicy().value()->version, 7U);
  EXPECT_EQ(store.ListPolicies()->at(0).text, "version: 7\n");
  const auto rings = ReadRolloutPlan(store);
  ASSERT_TRUE(rings);
  EXPECT_EQ(rings->in_force(), 7U) << "the version that was in force is that of the last ring";
  EXPECT_EQ(store.FindApiToken("00ff").value()->role, "admin") << "tokens of before roles could do everything";
  EXPECT_TRUE(store.VerifyAudit()->good());
  EXPECT_TRUE(store.Write([](StoreTransaction& transaction) -> base::Result<void> {
    EXPECT_EQ(transaction.HighWaterMark("agent-1", 1).value(), 3U);
    EXPECT_EQ(transaction.NextIncidentId().value(), "inc-2");
    return transaction.UseEnrollmentToken("aa", kStoryBegin);
  }));
  const auto written = store.Write([](StoreTransaction& transaction) -> base::Result<void> {
    if (auto kept = transaction.AppendEvent(MakeEvent({.sequence = 9, .records = {7}}), "w1"); !kept) return kept;
    if (auto marked = transaction.SetHighWaterMark("agent-1", 1, 9); !marked) return marked;
    return base::Error{base::ErrorCode::kCancelled, "only to see that it could be written"};
  });
  EXPECT_EQ(written.error().code, base::ErrorCode::kCancelled) << written.error().message;
}

TEST_P(OldStore, KeepsHistoriesAndDossiersIfItHasThem) {
  const auto store = Open();
  ASSERT_TRUE(store);
  const bool has_them = GetParam() >= 6;
  EXPECT_EQ(store->ListIncidentHistory({"inc-1", 0, ""})->entries.size(), has_them ? 1U : 0U);
  const auto dossier = store->FindDossier("dos-1");
  ASSERT_TRUE(dossier);
  ASSERT_EQ(dossier->has_value(), has_them);
  if (!has_them) return;
  EXPECT_EQ((*dossier)->content().title(), "invented");
  ASSERT_EQ((*dossier)->submissions_size(), 1);
  EXPECT_EQ((*dossier)->submissions(0).content().nature(), "invented");
}

TEST_P(OldStore, KeepsSearchesIfItHasThem) {
  const auto store = Open();
  ASSERT_TRUE(store);
  const auto searches = store->ListSearches("carol");
  ASSERT_TRUE(searches) << searches.error().message;
  ASSERT_EQ(searches->size(), GetParam() >= 8 ? 1U : 0U);
  if (searches->empty()) return;
  EXPECT_EQ(searches->at(0).name(), "exports");
  EXPECT_EQ(searches->at(0).query().last().seconds(), 86400);
}

TEST_P(OldStore, FindsWhatWasAskedHoweverTheNameIsSpelt) {
  const auto store = Open();
  ASSERT_TRUE(store);
  for (const char* name : {"anna", "Anna"}) {
    const auto asked = store->ListUnmasks({.asked_by = name});
    ASSERT_TRUE(asked) << asked.error().message;
    EXPECT_EQ(asked->requests.size(), GetParam() >= 7 ? 1U : 0U) << name;
  }
}

// What was stored before is of no rule, whatever the event says.
TEST_P(OldStore, FindsByRuleWhatComesFromNowOn) {
  const auto store = Open();
  ASSERT_TRUE(store);
  EXPECT_THAT(Ids(store->QueryEvents({.rule = "r"})), IsEmpty());
  v1::Event event = MakeEvent({.sequence = 9});
  event.set_rule("r");
  const auto written =
      store->Write([&](StoreTransaction& transaction) { return transaction.AppendEvent(event, "w1"); });
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_THAT(Ids(store->QueryEvents({.rule = "r"})), ElementsAre("agent-1/1/9"));
}

TEST_P(OldStore, KeepsWhatWaitsForOthersIfItHasIt) {
  const auto store = Open();
  ASSERT_TRUE(store);
  const auto waiting = store->ListWaiting("soc", 10);
  ASSERT_TRUE(waiting) << waiting.error().message;
  ASSERT_EQ(waiting->size(), GetParam() >= 11 ? 1U : 0U);
  if (waiting->empty()) return;
  EXPECT_EQ(waiting->at(0).number, 2U);
  EXPECT_EQ(waiting->at(0).message.title(), "invented");
  EXPECT_EQ(store->ListOutbox()->at(0).delivered, 1U);
  EXPECT_EQ(store->ListNotes("unreachable/")->size(), 1U);
}

TEST_P(OldStore, KeepsUsersIfItHasThem) {
  const auto store = Open();
  ASSERT_TRUE(store);
  const auto users = store->ListUsers();
  ASSERT_TRUE(users) << users.error().message;
  ASSERT_EQ(users->size(), GetParam() >= 12 ? 1U : 0U);
  if (users->empty()) return;
  EXPECT_EQ(users->at(0).role, "officer");
  EXPECT_EQ(store->FindUserByStamp("d0").value()->name, "Dora");
}

TEST_P(OldStore, SaysTheSameWithTodaysCode) {
  ExpectAll();
  ExpectAll();
}

TEST_P(OldStore, AKillBehindAnyStatementOfALaterMigrationHarmsNothing) {
  const auto migrations = StoreMigrations();
  for (std::size_t step = GetParam(); step < migrations.size(); ++step) {
    const auto statements = StatementsOf(migrations[step]);
    for (std::size_t last = 1; last <= statements.size(); ++last) {
      const int status = InChild([&] {
        auto database = sqlite::Database::Open(path());
        const std::vector<std::string_view> before(migrations.begin(),
                                                   migrations.begin() + static_cast<std::ptrdiff_t>(step));
        if (!database->Migrate(before) || !database->Execute("BEGIN IMMEDIATE")) _exit(1);
        for (std::size_t i = 0; i < last; ++i) {
          if (!database->Execute(statements[i])) _exit(2);
        }
        kill(getpid(), SIGKILL);
      });
      ASSERT_TRUE(WIFSIGNALED(status)) << "step " << step + 1 << " ended with " << WEXITSTATUS(status);
    }
  }
  ExpectAll();
}

// From the first to the last of them, of the filling in that follows, too.
TEST_P(OldStore, AKillAtAnyWriteOfItsMigrationsHarmsNothing) {
  const auto open = [this] { return static_cast<bool>(SqliteStore::Open(path())); };
  const auto whole = test::KillAtChange(test::kNever, open);
  ASSERT_TRUE(whole.done);
  for (const std::size_t at : test::SomeOf(whole.changes, 24)) {
    SCOPED_TRACE("killed before change " + std::to_string(at));
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path() + suffix);
    Make(GetParam());
    const auto ended = test::KillAtChange(at, open);
    ASSERT_TRUE(ended.killed || ended.done) << "it failed by itself";
    ExpectAll();
    if (HasFailure()) return;
  }
}

TEST_P(OldStore, IsRestoredFromItsBackup) {
  BecomeABackup();
  const auto content = ReadBackup(path());
  ASSERT_TRUE(content) << content.error().message;
  ASSERT_EQ(content->files.size(), 1U);
  EXPECT_EQ(content->files[0].content, "invented");
  v1::AuditEntry entry;
  entry.set_method("restore");
  *entry.mutable_at() = contract::ToProto(kStoryBegin);
  const std::string backup = path();
  const std::string before = ReadWhole(backup);
  UseAnother("restored.db");
  const auto unpacked = UnpackStore(backup, path(), entry);
  ASSERT_TRUE(unpacked) << unpacked.error().message;
  EXPECT_EQ(ReadWhole(backup), before) << "a backup is only read";
  ExpectAll();
  const auto audit = Open()->ListAudit({.page_size = 1000})->entries;
  ASSERT_FALSE(audit.empty());
  EXPECT_EQ(audit.back().method(), "restore");
}

TEST_P(OldStore, ABackupOfANewerVersionIsRefused) {
  BecomeABackup();
  ASSERT_TRUE(sqlite::Database::Open(path())->Execute("PRAGMA user_version = 99"));
  const auto content = ReadBackup(path());
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().code, base::ErrorCode::kFailedPrecondition);
  EXPECT_THAT(content.error().message, HasSubstr("version 99 of the store, this build knows"));
  EXPECT_THAT(content.error().message, HasSubstr("the newer build"));
}

TEST_P(OldStore, AFullDiskLeavesTheOldOneIntact) {
  if (GetParam() == StoreMigrations().size()) GTEST_SKIP() << "the newest version needs no migration";
  const auto all_of = [&] {
    std::string rows;
    auto database = sqlite::Database::Open(path());
    auto read = database->Prepare("SELECT sql FROM sqlite_schema UNION ALL SELECT hex(event) FROM events");
    EXPECT_TRUE(read->ForEach([&](const auto& row) {
      rows += row.Text(0) + "\n";
      return true;
    }));
    return rows;
  };
  const std::string before = all_of();
  const int status = InChild([&] {
    // No file may grow above one page: what a full disk says to the write-ahead log.
    const rlimit one_page{4096, 4096};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &one_page);
    _exit(SqliteStore::Open(path()) ? 1 : 3);
  });
  ASSERT_TRUE(WIFEXITED(status));
  ASSERT_EQ(WEXITSTATUS(status), 3) << "it must not say that it is open";
  EXPECT_EQ(all_of(), before);
  ExpectAll();
}

TEST_P(OldStore, ANewerVersionIsRefusedAndNotTouched) {
  ASSERT_TRUE(sqlite::Database::Open(path())->Execute("PRAGMA user_version = 99"));
  const std::string before = ReadWhole(path());
  const auto opened = SqliteStore::Open(path());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, base::ErrorCode::kFailedPrecondition);
  EXPECT_THAT(opened.error().message, HasSubstr("the database has version 99, this build knows"));
  EXPECT_EQ(ReadWhole(path()), before);
}

std::vector<std::size_t> AllVersions() {
  std::vector<std::size_t> versions(StoreMigrations().size());
  for (std::size_t i = 0; i < versions.size(); ++i) versions[i] = i + 1;
  return versions;
}

INSTANTIATE_TEST_SUITE_P(Versions, OldStore, ::testing::ValuesIn(AllVersions()),
                         [](const auto& tested) { return "Version" + std::to_string(tested.param); });

}  // namespace
}  // namespace vigie::server
