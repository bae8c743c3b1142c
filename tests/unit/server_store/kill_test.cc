// kill -9 wherever the collector's care of what is kept changes a file: afterwards the store opens, its check is clean,
// and what was acknowledged is there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <new>
#include <set>

#include "platform/linux/linux_platform.h"
#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"
#include "server/backup.h"
#include "server/initialize.h"
#include "server/retain/retention_run.h"
#include "server/state_files.h"
#include "server/store/sqlite/sqlite_integrity.h"
#include "server/store/sqlite/sqlite_store.h"
#include "tests/support/killed_process.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;
using test::KillAtChange;
using test::kNever;
using test::SomeOf;
using ::testing::IsEmpty;

// Counts what a process that is killed had been told was done.
class Acknowledged {
 public:
  Acknowledged()
      : page_(::mmap(nullptr, sizeof(Count), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)),
        count_(new (page_) Count(0)) {}
  Acknowledged(const Acknowledged&) = delete;
  Acknowledged& operator=(const Acknowledged&) = delete;
  ~Acknowledged() { ::munmap(page_, sizeof(Count)); }
  void Add() { ++*count_; }
  void Clear() { *count_ = 0; }
  std::uint64_t count() const { return *count_; }

 private:
  using Count = std::atomic<std::uint64_t>;
  void* page_;
  Count* count_;
};

class Killed : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(Initialize({Whole(), "localhost"}, *files_)); }

  // The state as a test has made it, and what a process that is killed works on: a copy for each time.
  std::string Whole() const { return folder_.File("whole"); }
  std::string Work() const { return folder_.File("work/state"); }
  void Renew() {
    fs::remove_all(folder_.File("work"));
    fs::create_directories(folder_.File("work"));
    fs::copy(Whole(), Work(), fs::copy_options::recursive);
  }
  static std::unique_ptr<SqliteStore> Open(const std::string& state) {
    auto opened = SqliteStore::Open(StateFiles(state).store());
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? std::move(*opened) : nullptr;
  }
  static base::Result<void> Take(Store& store, std::uint64_t sequence, std::chrono::nanoseconds after = hours(0)) {
    return store.Write([&](StoreTransaction& transaction) -> base::Result<void> {
      auto event = MakeEvent({.sequence = sequence, .after = after, .records = {static_cast<std::uint32_t>(sequence)}});
      *event.mutable_received_at() = contract::ToProto(kStoryBegin + after);
      if (auto kept = transaction.AppendEvent(event, "w1"); !kept) return kept;
      return transaction.SetHighWaterMark("agent-1", 1, sequence);
    });
  }
  static void ExpectClean(const std::string& state) {
    EXPECT_THAT(CheckStore(StateFiles(state).store()).value(), IsEmpty());
  }
  static std::set<std::string> EventsOf(Store& store) {
    std::set<std::string> ids;
    const auto reader = store.OpenEvents();
    EXPECT_TRUE((*reader)->EachEvent({}, [&](const v1::Event& event, const auto&) -> base::Result<void> {
      ids.insert(contract::EventId(event));
      return {};
    }));
    return ids;
  }
  // Runs `body` killed at `most` of its changes, and after each `expect` on what it left.
  void KillAtSome(std::size_t most, const std::function<bool()>& body, const std::function<void()>& expect) {
    Renew();
    const auto whole = KillAtChange(kNever, body);
    ASSERT_TRUE(whole.done);
    for (const std::size_t at : SomeOf(whole.changes, most)) {
      SCOPED_TRACE("killed before change " + std::to_string(at));
      Renew();
      const auto ended = KillAtChange(at, body);
      EXPECT_TRUE(ended.killed || ended.done) << "it failed by itself";
      expect();
      if (HasFailure()) return;
    }
  }
  std::string File(const std::string& name) const { return folder_.File(name); }

  std::unique_ptr<platform::FileSystem> files_ = platform::MakeFileSystem();
  SetClock clock_;

 private:
  TemporaryFolder folder_;
};

class KilledRestore : public Killed, public ::testing::WithParamInterface<bool> {};

TEST_P(KilledRestore, LeavesTheFormerStateOrTheWholeNewOne) {
  const std::string secret = GetParam() ? File("secret") : "";
  if (GetParam()) {
    ASSERT_TRUE(files_->WriteFileDurably(secret, "a passphrase of ours\n", 0600));
  }
  ASSERT_TRUE(Take(*Open(Whole()), 1));
  ASSERT_TRUE(MakeBackup({Whole(), File("backup"), false, secret}, *files_, clock_));
  ASSERT_TRUE(Take(*Open(Whole()), 2));
  const RestoreOptions options{File("backup"), Work(), true, secret};
  KillAtSome(
      GetParam() ? 6 : 24, [&] { return static_cast<bool>(RestoreBackup(options, *files_, clock_)); },
      [&] {
        ASSERT_TRUE(fs::exists(StateFiles(Work()).authority_key()));
        ExpectClean(Work());
        const auto events = EventsOf(*Open(Work())).size();
        EXPECT_TRUE(events == 1 || events == 2);
        std::size_t former = 0;
        for (const auto& entry : fs::directory_iterator(File("work"))) {
          if (entry.path().string().find("before-restore") == std::string::npos) continue;
          former += EventsOf(*Open(entry.path())).size() == 2 ? 1 : 0;
        }
        EXPECT_TRUE(events == 2 || former == 1) << "what was there is never deleted";
        clock_.Pass(std::chrono::seconds(1));
        const auto again = RestoreBackup(options, *files_, clock_);
        ASSERT_TRUE(again) << again.error().message;
        EXPECT_EQ(EventsOf(*Open(Work())).size(), 1U);
        EXPECT_FALSE(fs::exists(Work() + ".restoring"));
      });
}

INSTANTIATE_TEST_SUITE_P(Backups, KilledRestore, ::testing::Bool(),
                         [](const auto& tested) { return std::string(tested.param ? "Sealed" : "Plain"); });

TEST_F(Killed, ABackupIsWholeWithItsHashOrNotThere) {
  ASSERT_TRUE(Take(*Open(Whole()), 1));
  const std::string to = File("work/backup");
  KillAtSome(
      16,
      [&] {
        return static_cast<bool>(MakeBackup({Work(), to}, *files_, clock_));
      },
      [&] {
        ExpectClean(Work());
        if (!fs::exists(to)) {
          ASSERT_TRUE(MakeBackup({Work(), to}, *files_, clock_));
        }
        const auto restored = RestoreBackup({to, File("work/elsewhere")}, *files_, clock_);
        ASSERT_TRUE(restored) << restored.error().message;
        EXPECT_EQ(EventsOf(*Open(File("work/elsewhere"))).size(), 1U);
      });
}

TEST_F(Killed, RetentionRemovesWhatIsOldAndNothingElseAndGoesOn) {
  std::set<std::string> young;
  {
    const auto store = Open(Whole());
    for (std::uint64_t i = 1; i <= 60; ++i) {
      ASSERT_TRUE(Take(*store, i, hours(24) * static_cast<int>(i)));
      if (i > 30) young.insert("agent-1/1/" + std::to_string(i));
    }
  }
  v1::CollectorConfig::Retention ages;
  *ages.mutable_customer_events() = contract::ToProto(hours(24) * 30);
  const auto plan = RetentionPlan::Make(ages);
  const auto run = [&] {
    const auto store = Open(Work());
    const auto retention = store->OpenRetention();
    const auto record = [&](const v1::AuditEntry& entry) {
      return store->Write([&](StoreTransaction& transaction) { return transaction.AppendAudit(entry); });
    };
    retain::RetentionRun one({**retention, *plan, record, [](auto) { return true; }},
                             kStoryBegin + hours(24) * 60 + hours(1), false);
    return static_cast<bool>(one.All());
  };
  KillAtSome(24, run, [&] {
    ExpectClean(Work());
    const auto left = EventsOf(*Open(Work()));
    EXPECT_TRUE(std::ranges::includes(left, young)) << "one that was not old is gone";
    EXPECT_TRUE(run());
    EXPECT_EQ(EventsOf(*Open(Work())), young);
    EXPECT_TRUE(Open(Work())->VerifyAudit()->good());
    ExpectClean(Work());
  });
}

// Each transaction is a batch of events, or of audit entries, as ingest and the audit's thread write them.
TEST_F(Killed, NoAcknowledgedBatchIsLostAndNoneIsThereInHalf) {
  constexpr std::uint64_t kBatches = 6;
  constexpr std::uint64_t kEntries = 5;
  Acknowledged told;
  const auto write_all = [&] {
    told.Clear();
    const auto store = Open(Work());
    for (std::uint64_t batch = 1; batch <= kBatches; ++batch) {
      const auto written = store->Write([&](StoreTransaction& transaction) -> base::Result<void> {
        v1::AuditEntry entry;
        entry.set_method("QueryEvents");
        *entry.mutable_at() = contract::ToProto(kStoryBegin);
        for (std::uint64_t i = 0; i < kEntries; ++i) {
          if (auto kept = transaction.AppendAudit(entry); !kept) return kept;
        }
        return {};
      });
      if (!written || !Take(*store, batch)) return false;
      told.Add();
    }
    return true;
  };
  KillAtSome(24, write_all, [&] {
    ExpectClean(Work());
    const auto store = Open(Work());
    EXPECT_TRUE(store->VerifyAudit()->good());
    const auto entries = store->ListAudit({.page_size = 1000})->entries.size();
    const auto events = EventsOf(*store).size();
    EXPECT_EQ(entries % kEntries, 0U);
    EXPECT_GE(entries / kEntries, told.count());
    EXPECT_GE(events, told.count());
    EXPECT_LE(events, told.count() + 1) << "nobody sent more";
  });
}

}  // namespace
}  // namespace vigie::server
