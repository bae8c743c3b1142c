// What the fake has beyond the contract: a disk that fills up, and failures at will.
#include "platform/fake/fake_file_system.h"

#include <gtest/gtest.h>

namespace vigie::platform {
namespace {

using base::Error;
using base::ErrorCode;

TEST(FakeFileSystem, IsFullOnceThatMuchWasWritten) {
  FakeFileSystem files;
  files.SetFreeBytes(10);
  ASSERT_TRUE(files.WriteFileDurably("/a", "123456", 0600));
  EXPECT_EQ(*files.FreeBytes("/"), 4U);
  const auto written = files.WriteFileDurably("/b", "12345", 0600);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kResourceExhausted);
  EXPECT_FALSE(files.StatusOf("/b"));
  ASSERT_TRUE(files.Remove("/a"));
  EXPECT_TRUE(files.WriteFileDurably("/b", "12345", 0600));
}

TEST(FakeFileSystem, KeepsTheOldFileWhenTheNewOneHasNoRoom) {
  FakeFileSystem files;
  ASSERT_TRUE(files.WriteFileDurably("/a", "old", 0600));
  files.SetFreeBytes(1);
  EXPECT_FALSE(files.WriteFileDurably("/a", "newer", 0600));
  EXPECT_EQ(*files.ReadFile("/a", 10), "old");
}

TEST(FakeFileSystem, FailsTheNextWriteOnly) {
  FakeFileSystem files;
  files.FailNextWrite({ErrorCode::kDataLoss, "bad disk"});
  const auto failed = files.WriteFileDurably("/a", "x", 0600);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "bad disk");
  EXPECT_TRUE(files.WriteFileDurably("/a", "x", 0600));
}

TEST(FakeFileSystem, KeepsTheOwnerOfAFileThatATestMade) {
  FakeFileSystem files;
  files.AddFile("/home/alice/report.csv", "content", 1000);
  const auto open = files.OpenForReading("/home/alice/report.csv");
  ASSERT_TRUE(open);
  EXPECT_EQ(files.Status(*open)->owner_uid, 1000U);
  EXPECT_EQ(files.StatusOf("/home")->kind, FileKind::kDirectory);
}

TEST(FakeFileSystem, TakesDifferentWaysOfWritingAPathAsOne) {
  FakeFileSystem files;
  files.AddFile("/a/b", "content");
  EXPECT_TRUE(files.ReadFile("/a/../a/./b", 10));
  EXPECT_TRUE(files.List("/a/"));
}

}  // namespace
}  // namespace vigie::platform
