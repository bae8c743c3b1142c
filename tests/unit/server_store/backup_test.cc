#include "server/backup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "platform/linux/linux_platform.h"
#include "platform/sqlite/database.h"
#include "server/initialize.h"
#include "server/state_files.h"
#include "server/store/sqlite/sqlite_integrity.h"
#include "server/store/sqlite/sqlite_store.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

using base::ErrorCode;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class BackingUp : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(Initialize({state(), "localhost"}, *files_)); }
  std::string state() const { return folder_.File("state"); }
  std::string File(const std::string& name) const { return folder_.File(name); }
  std::unique_ptr<SqliteStore> Open(const std::string& in) {
    auto opened = SqliteStore::Open(StateFiles(in).store());
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? std::move(*opened) : nullptr;
  }
  // As ingest does: the event and its mark in one transaction.
  static base::Result<void> Take(Store& store, std::uint64_t sequence) {
    return store.Write([&](StoreTransaction& transaction) -> base::Result<void> {
      const auto event = MakeEvent({.sequence = sequence, .records = {static_cast<std::uint32_t>(sequence)}});
      if (auto kept = transaction.AppendEvent(event, "w1"); !kept) return kept;
      return transaction.SetHighWaterMark("agent-1", 1, sequence);
    });
  }
  base::Result<BackupReport> Back(const std::string& to, bool without_keys = false) {
    return MakeBackup({state(), to, without_keys}, *files_, clock_);
  }
  base::Result<BackupReport> Restore(const std::string& from, const std::string& to, bool replace = false) {
    return RestoreBackup({from, to, replace}, *files_, clock_);
  }
  static std::uint32_t ModeOf(const std::string& path) {
    return static_cast<std::uint32_t>(std::filesystem::status(path).permissions());
  }

  std::unique_ptr<platform::FileSystem> files_ = platform::MakeFileSystem();
  SetClock clock_;

 private:
  TemporaryFolder folder_;
};

TEST_F(BackingUp, HoldsAllThatIsNeededToRestore) {
  ASSERT_TRUE(Take(*Open(state()), 1));
  const auto made = Back(File("backup"));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->at("events"), "1");
  EXPECT_EQ(ModeOf(File("backup")), 0600U);
  EXPECT_EQ(ModeOf(File("backup.sha256")), 0600U);
  EXPECT_FALSE(std::filesystem::exists(File("backup.part")));
  const auto restored = Restore(File("backup"), File("elsewhere"));
  ASSERT_TRUE(restored) << restored.error().message;
  for (const char* name : {"ca.key", "ca.crt", "server.key", "server.crt", "admin.token", "collector.yaml"}) {
    const std::string before = state() + "/" + name;
    const std::string after = File("elsewhere") + "/" + name;
    EXPECT_EQ(ReadText(before), ReadText(after)) << name;
    EXPECT_EQ(ModeOf(before), ModeOf(after)) << name;
  }
  const auto store = Open(File("elsewhere"));
  EXPECT_EQ(store->CountEvents().value(), 1U);
  EXPECT_TRUE(Take(*store, 2));
  const auto audit = store->ListAudit({}).value().entries;
  ASSERT_EQ(audit.size(), 2U);
  EXPECT_EQ(audit[0].method(), "backup");
  EXPECT_EQ(audit[1].method(), "restore");
  EXPECT_TRUE(store->VerifyAudit()->good());
  EXPECT_THAT(CheckStore(StateFiles(File("elsewhere")).store()).value(), IsEmpty());
}

TEST_F(BackingUp, KeysCanStayBehind) {
  ASSERT_TRUE(Back(File("backup"), true));
  ASSERT_TRUE(Restore(File("backup"), File("elsewhere")));
  EXPECT_FALSE(std::filesystem::exists(File("elsewhere/ca.key")));
  EXPECT_FALSE(std::filesystem::exists(File("elsewhere/admin.token")));
  EXPECT_TRUE(std::filesystem::exists(File("elsewhere/ca.crt")));
}

TEST_F(BackingUp, IsOfOneMomentWhileOthersWrite) {
  const auto store = Open(state());
  std::atomic<std::uint64_t> taken{0};
  std::jthread writer([&](const std::stop_token& stop) {
    for (std::uint64_t i = 1; !stop.stop_requested(); ++i) {
      ASSERT_TRUE(Take(*store, i));
      taken = i;
    }
  });
  for (int round = 0; round < 3; ++round) {
    const std::string name = File("backup-" + std::to_string(round));
    while (taken < static_cast<std::uint64_t>(round * 20 + 5)) std::this_thread::yield();
    const std::uint64_t before = taken;
    const auto made = Back(name);
    const std::uint64_t after = taken + 1;
    ASSERT_TRUE(made) << made.error().message;
    ASSERT_TRUE(Restore(name, name + "-state"));
    const auto copy = Open(name + "-state");
    const std::uint64_t events = copy->CountEvents().value();
    EXPECT_GE(events, before);
    EXPECT_LE(events, after);
    std::uint64_t mark = 0;
    EXPECT_TRUE(copy->Write([&](StoreTransaction& transaction) -> base::Result<void> {
      mark = transaction.HighWaterMark("agent-1", 1).value();
      return {};
    }));
    EXPECT_EQ(mark, events) << "events and marks are of the same moment";
  }
}

TEST_F(BackingUp, NeverReplacesAFile) {
  WriteText(File("backup"), "precious");
  const auto made = Back(File("backup"));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(ReadText(File("backup")), "precious");
}

TEST_F(BackingUp, ADamagedBackupIsRefusedAndNothingIsMade) {
  ASSERT_TRUE(Take(*Open(state()), 1));
  ASSERT_TRUE(Back(File("backup")));
  std::string bytes = ReadText(File("backup"));
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  WriteText(File("backup"), bytes);
  const auto restored = Restore(File("backup"), File("elsewhere"));
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.error().code, ErrorCode::kDataLoss);
  EXPECT_FALSE(std::filesystem::exists(File("elsewhere")));
  std::filesystem::remove(File("backup.sha256"));
  EXPECT_FALSE(Restore(File("backup"), File("elsewhere"))) << "without its hash, too";
}

TEST_F(BackingUp, ABackupWhoseStoreDoesNotFitTogetherIsRefused) {
  ASSERT_TRUE(Take(*Open(state()), 1));
  ASSERT_TRUE(sqlite::Database::Open(StateFiles(state()).store())->Execute("UPDATE holder_days SET records = x''"));
  ASSERT_TRUE(Back(File("backup")));
  const auto restored = Restore(File("backup"), File("elsewhere"));
  ASSERT_FALSE(restored);
  EXPECT_THAT(restored.error().message, HasSubstr("does not fit together"));
  EXPECT_FALSE(std::filesystem::exists(File("elsewhere")));
}

TEST_F(BackingUp, AStateThatIsThereIsPutAsideOnlyWhenTold) {
  ASSERT_TRUE(Take(*Open(state()), 1));
  ASSERT_TRUE(Back(File("backup")));
  ASSERT_TRUE(Take(*Open(state()), 2));
  const auto refused = Restore(File("backup"), state());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kFailedPrecondition);
  {
    const auto running = Open(state());
    const auto used = Restore(File("backup"), state(), true);
    ASSERT_FALSE(used);
    EXPECT_EQ(used.error().code, ErrorCode::kUnavailable);
  }
  const auto restored = Restore(File("backup"), state(), true);
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(Open(state())->CountEvents().value(), 1U);
  EXPECT_EQ(Open(restored->at("put_aside"))->CountEvents().value(), 2U) << "the former state is not deleted";
}

}  // namespace
}  // namespace vigie::server
