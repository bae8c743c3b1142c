// A disk that is full, for real: a file system of 256 KiB.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include "platform/linux/linux_platform.h"
#include "platform/sqlite/database.h"
#include "tests/support/temporary_directory.h"

namespace vigie::platform {
namespace {

using base::ErrorCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FullDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root: mounts a small file system";
    if (::mount("tmpfs", directory_.path().c_str(), "tmpfs", 0, "size=256k") != 0) {
      GTEST_SKIP() << base::ErrnoError(errno, "mount a tmpfs").message;
    }
    mounted_ = true;
  }
  void TearDown() override {
    if (mounted_) ::umount2(directory_.path().c_str(), MNT_DETACH);
  }

  test::TemporaryDirectory directory_;
  std::unique_ptr<FileSystem> files_ = MakeFileSystem();
  bool mounted_ = false;
};

TEST_F(FullDisk, KeepsTheOldFileWhenTheNewOneHasNoRoom) {
  const std::string path = directory_ / "file";
  ASSERT_TRUE(files_->WriteFileDurably(path, "old", 0600));
  const auto written = files_->WriteFileDurably(path, std::string(1 << 20, 'x'), 0600);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kResourceExhausted);
  EXPECT_THAT(written.error().message, HasSubstr("No space left on device"));
  EXPECT_EQ(*files_->ReadFile(path, 100), "old");
  EXPECT_THAT(*files_->List(directory_.path()), ElementsAre("file"));
}

TEST_F(FullDisk, IsToldByItsFreeBytes) {
  const auto before = files_->FreeBytes(directory_.path());
  ASSERT_TRUE(before);
  EXPECT_LE(*before, std::uint64_t{256} << 10);
  ASSERT_TRUE(files_->WriteFileDurably(directory_ / "file", std::string(64 << 10, 'x'), 0600));
  EXPECT_EQ(*files_->FreeBytes(directory_.path()), *before - (64U << 10));
}

TEST_F(FullDisk, FailsATransactionWithItsReasonAndKeepsTheDatabaseWhole) {
  auto database = sqlite::Database::Open(directory_ / "db");
  ASSERT_TRUE(database);
  ASSERT_TRUE(database->Execute("CREATE TABLE t (x); INSERT INTO t VALUES ('kept')"));
  const auto written =
      database->Transaction([&] { return database->Execute("INSERT INTO t VALUES (zeroblob(1048576))"); });
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kResourceExhausted) << written.error().message;
  auto statement = database->Prepare("SELECT count(*) FROM t");
  ASSERT_TRUE(statement);
  ASSERT_TRUE(statement->ForEach([](const sqlite::Statement::Row& row) {
    EXPECT_EQ(row.Integer(0), 1);
    return true;
  }));
}

}  // namespace
}  // namespace vigie::platform
