// A disk that fails, and a file system that cannot exchange two names, while a restore puts the new state in place: the
// former one is never deleted. The calls of the system are replaced in this program.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "platform/linux/linux_platform.h"
#include "server/backup.h"
#include "server/initialize.h"
#include "server/state_files.h"
#include "server/store/sqlite/sqlite_store.h"
#include "tests/unit/server/server_fixture.h"

namespace {

struct Failures {
  bool exchange_unsupported = false;
  bool fsync_after_exchange = false;
  bool exchanged = false;
};
Failures failures;

}  // namespace

extern "C" int renameat2(int old_folder, const char* from, int new_folder, const char* to, unsigned flags) noexcept {
  if (failures.exchange_unsupported) {
    errno = EINVAL;
    return -1;
  }
  const auto done = ::syscall(SYS_renameat2, old_folder, from, new_folder, to, flags);
  failures.exchanged = failures.exchanged || done == 0;
  return static_cast<int>(done);
}

extern "C" int fsync(int file) {
  if (failures.fsync_after_exchange && failures.exchanged) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fsync, file));
}

namespace vigie::server {
namespace {

class FailingRestore : public ::testing::Test {
 protected:
  void SetUp() override {
    failures = {};
    ASSERT_TRUE(Initialize({folder_.File("state"), "localhost"}, *files_));
    ASSERT_TRUE(SqliteStoreIsMade());
    ASSERT_TRUE(MakeBackup({folder_.File("state"), folder_.File("backup")}, *files_, clock_));
    WriteText(folder_.File("state") + "/former", "state");
  }
  void TearDown() override { failures = {}; }
  bool SqliteStoreIsMade() const {
    return static_cast<bool>(SqliteStore::Open(StateFiles(folder_.File("state")).store()));
  }
  void ExpectRestoredAndFormerKept() {
    const auto restored = RestoreBackup({folder_.File("backup"), folder_.File("state"), true}, *files_, clock_);
    failures = {};
    ASSERT_TRUE(restored) << restored.error().message;
    EXPECT_FALSE(std::filesystem::exists(folder_.File("state/former")));
    EXPECT_TRUE(std::filesystem::exists(restored->at("put_aside") + "/former")) << "it is never deleted";
    EXPECT_TRUE(std::filesystem::exists(folder_.File("state/ca.key")));
  }
  std::unique_ptr<platform::FileSystem> files_ = platform::MakeFileSystem();
  SetClock clock_;
  TemporaryFolder folder_;
};

TEST_F(FailingRestore, ADiskThatFailsRightAfterTheExchangeCostsNothing) {
  failures.fsync_after_exchange = true;
  ExpectRestoredAndFormerKept();
}

TEST_F(FailingRestore, WhereNamesCannotBeExchangedItGoesInSteps) {
  failures.exchange_unsupported = true;
  ExpectRestoredAndFormerKept();
}

}  // namespace
}  // namespace vigie::server
