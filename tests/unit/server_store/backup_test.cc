#include "server/backup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <functional>
#include <thread>
#include <utility>

#include "core/credentials/digest.h"
#include "platform/base/durable_file.h"
#include "platform/linux/linux_platform.h"
#include "platform/sqlite/database.h"
#include "server/ingest/journal_file.h"
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
  for (const char* name : {"pseudonym.key", "attribution.key", "evidence.key"})  // as a collector makes them
    ASSERT_TRUE(files_->WriteFileDurably(state() + "/" + name, name, 0600));
  ASSERT_TRUE(files_->WriteFileDurably(state() + "/evidence.crt", "certificate", 0644));
  const auto made = Back(File("backup"));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->at("events"), "1");
  EXPECT_EQ(ModeOf(File("backup")), 0600U);
  EXPECT_EQ(ModeOf(File("backup.sha256")), 0600U);
  EXPECT_FALSE(std::filesystem::exists(File("backup.part")));
  const auto restored = Restore(File("backup"), File("elsewhere"));
  ASSERT_TRUE(restored) << restored.error().message;
  for (const char* name : {"ca.key", "ca.crt", "server.key", "server.crt", "admin.token", "collector.yaml",
                           "pseudonym.key", "attribution.key", "evidence.key", "evidence.crt"}) {
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

TEST_F(BackingUp, IsNotChangedByARestoreAndCanBeRestoredAgain) {
  ASSERT_TRUE(Take(*Open(state()), 1));
  ASSERT_TRUE(Back(File("backup")));
  const std::string before = ReadText(File("backup"));
  for (const char* to : {"one", "another"}) {
    const auto restored = Restore(File("backup"), File(to));
    ASSERT_TRUE(restored) << restored.error().message;
  }
  EXPECT_EQ(ReadText(File("backup")), before);
}

TEST_F(BackingUp, KeysCanStayBehind) {
  ASSERT_TRUE(files_->WriteFileDurably(state() + "/evidence.key", "secret", 0600));
  ASSERT_TRUE(Back(File("backup"), true));
  ASSERT_TRUE(Restore(File("backup"), File("elsewhere")));
  EXPECT_FALSE(std::filesystem::exists(File("elsewhere/evidence.key")));
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

TEST_F(BackingUp, WhatAJournalHoldsIsToldAndStaysWithTheStateThatIsPutAside) {
  ASSERT_TRUE(Take(*Open(state()), 1));
  constexpr std::uint64_t kBytes = 1 << 16;
  const std::string journal = StateFiles(state()).journal();
  auto file = ingest::JournalFile::Open(journal, kBytes);
  ASSERT_TRUE(file);
  EXPECT_FALSE(Back(File("before")).value().contains("journal"));
  ASSERT_TRUE(file->Append({"one", "two"}, {ingest::JournalFile::kBegin, 1, 1}));
  const auto made = Back(File("backup"));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(made->at("journal"), HasSubstr("2 batches"));
  const auto restored = Restore(File("backup"), state(), true);
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_FALSE(std::filesystem::exists(journal));
  EXPECT_EQ(ingest::ReadJournal(ReadText(StateFiles(restored->at("put_aside")).journal())).records.size(), 2U);
}

// Runs something when it is asked for the time the first time: in a restore, while that is being unpacked.
class Meanwhile final : public base::Clock {
 public:
  explicit Meanwhile(std::function<void()> what) : what_(std::move(what)) {}
  base::SystemTime Now() const override {
    if (what_) std::exchange(what_, nullptr)();
    return SetClock().Now();
  }
  base::SteadyTime SteadyNow() const override { return SetClock().SteadyNow(); }

 private:
  mutable std::function<void()> what_;
};

TEST_F(BackingUp, ACollectorThatStartsWhileItIsUnpackedKeepsItsState) {
  ASSERT_TRUE(Back(File("backup")));
  std::unique_ptr<SqliteStore> running;
  const Meanwhile clock([&] { running = Open(state()); });
  const auto restored = RestoreBackup({File("backup"), state(), true}, *files_, clock);
  ASSERT_TRUE(running);
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(std::filesystem::exists(state() + ".restoring"));
}

TEST_F(BackingUp, ARestoreKeepsTheModeOfTheDirectory) {
  ASSERT_TRUE(Back(File("backup")));
  ASSERT_TRUE(Restore(File("backup"), File("elsewhere")));
  EXPECT_EQ(ModeOf(File("elsewhere")), 0700U) << "nobody has said who may look into it";
  std::filesystem::permissions(state(), std::filesystem::perms(0750));
  ASSERT_TRUE(Restore(File("backup"), state(), true));
  EXPECT_EQ(ModeOf(state()), 0750U);
}

class SealedBackup : public BackingUp {
 protected:
  void SetUp() override {
    BackingUp::SetUp();
    ASSERT_TRUE(Take(*Open(state()), 1));
    Secret("secret", "a passphrase of ours\n");
  }
  void Secret(const std::string& name, const std::string& text, std::uint32_t mode = 0600) {
    ASSERT_TRUE(files_->WriteFileDurably(File(name), text, mode));
  }
  base::Result<BackupReport> SealInto(const std::string& to) {
    return MakeBackup({state(), to, false, File("secret")}, *files_, clock_);
  }
  base::Result<BackupReport> RestoreWith(const std::string& secret, const std::string& from = "backup") {
    return RestoreBackup({File(from), File("elsewhere"), false, secret.empty() ? "" : File(secret)}, *files_, clock_);
  }
  // As somebody would who can write the backup, and so its hash.
  void Replace(const std::string& text) {
    WriteText(File("backup"), text);
    WriteText(File("backup.sha256"), credentials::Sha256Hex(text) + "  backup\n");
  }
  void ExpectRefused(const base::Result<BackupReport>& restored, ErrorCode code, const std::string& why) {
    ASSERT_FALSE(restored);
    EXPECT_EQ(restored.error().code, code) << restored.error().message;
    EXPECT_THAT(restored.error().message, HasSubstr(why));
    EXPECT_FALSE(std::filesystem::exists(File("elsewhere")));
    EXPECT_FALSE(std::filesystem::exists(File("elsewhere.restoring")));
  }
};

TEST_F(SealedBackup, IsOpenedElsewhereByItsPassphraseAlone) {
  const auto made = SealInto(File("backup"));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->at("sealed"), "yes");
  EXPECT_EQ(ModeOf(File("backup")), 0600U);
  const std::string sealed = ReadText(File("backup"));
  EXPECT_EQ(sealed.find("SQLite format 3"), std::string::npos);
  EXPECT_EQ(sealed.find("PRIVATE KEY"), std::string::npos);
  for (const auto& entry : std::filesystem::directory_iterator(state()))
    EXPECT_EQ(entry.path().string().find("in-clear"), std::string::npos) << "only while it is made";
  Secret("typed again", "a passphrase of ours");  // without a line end, as another editor leaves it
  const auto restored = RestoreWith("typed again");
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(Open(File("elsewhere"))->CountEvents().value(), 1U);
  EXPECT_EQ(ReadText(state() + "/ca.key"), ReadText(File("elsewhere/ca.key")));
  EXPECT_FALSE(std::filesystem::exists(File("elsewhere/backup.part")));
}

TEST_F(SealedBackup, IsRefusedWithoutItsPassphraseOrWithAnother) {
  ASSERT_TRUE(SealInto(File("backup")));
  ExpectRefused(RestoreWith(""), ErrorCode::kFailedPrecondition, "say --seal-with FILE");
  Secret("other", "not that passphrase");
  ExpectRefused(RestoreWith("other"), ErrorCode::kDataLoss, "another passphrase");
  ExpectRefused(RestoreWith("nowhere"), ErrorCode::kNotFound, "cannot read the passphrase");
}

TEST_F(SealedBackup, IsRefusedIfItWasChangedOrCutOffWithItsHash) {
  ASSERT_TRUE(SealInto(File("backup")));
  const std::string whole = ReadText(File("backup"));
  std::string changed = whole;
  changed[whole.size() / 2] = static_cast<char>(changed[whole.size() / 2] ^ 1);
  Replace(changed);
  ExpectRefused(RestoreWith("secret"), ErrorCode::kDataLoss, "damaged or changed");
  Replace(whole.substr(0, whole.size() / 2));
  ExpectRefused(RestoreWith("secret"), ErrorCode::kDataLoss, "damaged or changed");
  Replace(whole + "x");
  ExpectRefused(RestoreWith("secret"), ErrorCode::kDataLoss, "backup");
}

TEST_F(SealedBackup, WhatAKilledOneLeftInClearGoesWithTheNext) {
  WriteText(state() + "/backup-in-clear-0123456789abcdef", "what a kill left");
  ASSERT_TRUE(Back(File("another")));
  EXPECT_FALSE(std::filesystem::exists(state() + "/backup-in-clear-0123456789abcdef"));
  const auto held = base::HoldAlone(state() + "/backup.lock");
  ASSERT_TRUE(held);
  EXPECT_EQ(SealInto(File("backup")).error().code, ErrorCode::kUnavailable) << "that of another is not touched";
}

TEST_F(SealedBackup, OneInClearIsNotTakenForIt) {
  ASSERT_TRUE(Back(File("backup")));
  ExpectRefused(RestoreWith("secret"), ErrorCode::kFailedPrecondition, "is not sealed");
}

TEST_F(SealedBackup, APassphraseThatIsNoSecretIsRefused) {
  Secret("secret", "too short\n");
  EXPECT_EQ(SealInto(File("backup")).error().code, ErrorCode::kFailedPrecondition);
  Secret("secret", "a passphrase of ours\n", 0644);
  const auto made = SealInto(File("backup"));
  EXPECT_THAT(made.error().message, HasSubstr("chmod 600"));
  EXPECT_FALSE(std::filesystem::exists(File("backup")));
}

}  // namespace
}  // namespace vigie::server
