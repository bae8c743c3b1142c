#include "platform/linux/mount_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vigie::platform {
namespace {

using ::testing::IsEmpty;

TEST(MountTable, ReadsALineOfTheManual) {
  const auto mounts =
      ParseMountTable("36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n");
  ASSERT_EQ(mounts.size(), 1U);
  EXPECT_EQ(mounts[0], (Mount{36, 98, 0, "/mnt1", "/mnt2", "ext3", "/dev/root"}));
}

TEST(MountTable, ReadsAnyNumberOfOptionalFields) {
  const auto mounts = ParseMountTable(
      "1 0 8:1 / /a rw - vfat /dev/sda1 rw\n"
      "2 0 8:2 / /b rw shared:5 master:7 propagate_from:2 - vfat /dev/sda2 rw");
  ASSERT_EQ(mounts.size(), 2U);
  EXPECT_EQ(mounts[0].file_system, "vfat");
  EXPECT_EQ(mounts[1].mount_point, "/b");
  EXPECT_EQ(mounts[1].source, "/dev/sda2");
}

TEST(MountTable, UndoesTheEscapes) {
  const auto mounts = ParseMountTable(R"(1 0 8:1 / /media/MY\040STICK\134\011\043 rw - vfat /dev/sd\040a rw)");
  ASSERT_EQ(mounts.size(), 1U);
  EXPECT_EQ(mounts[0].mount_point, "/media/MY STICK\\\t#");
  EXPECT_EQ(mounts[0].source, "/dev/sd a");
}

TEST(MountTable, KeepsABackslashThatBeginsNoEscape) {
  const auto mounts = ParseMountTable(R"(1 0 8:1 / /a\04\9 rw - vfat none\ rw)");
  ASSERT_EQ(mounts.size(), 1U);
  EXPECT_EQ(mounts[0].mount_point, R"(/a\04\9)");
  EXPECT_EQ(mounts[0].source, R"(none\)");
}

TEST(MountTable, LeavesOutWhatIsNoMount) {
  EXPECT_THAT(ParseMountTable(""), IsEmpty());
  EXPECT_THAT(ParseMountTable("\n\n"), IsEmpty());
  EXPECT_THAT(ParseMountTable("x 0 8:1 / /a rw - vfat /dev/sda1 rw"), IsEmpty());
  EXPECT_THAT(ParseMountTable("1 0 8 / /a rw - vfat /dev/sda1 rw"), IsEmpty());
  EXPECT_THAT(ParseMountTable("1 0 8:1 / /a rw shared:1"), IsEmpty());
  EXPECT_THAT(ParseMountTable("1 0 99999999999:1 / /a rw - vfat /dev/sda1 rw"), IsEmpty());
}

}  // namespace
}  // namespace vigie::platform
