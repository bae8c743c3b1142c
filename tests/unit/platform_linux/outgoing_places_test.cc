#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "platform/linux/cloud_folders.h"
#include "platform/linux/network_shares.h"
#include "tests/support/temporary_directory.h"

namespace vigie::platform {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Mount At(const std::string& mount_point, const std::string& file_system) {
  Mount mount;
  mount.mount_point = mount_point;
  mount.file_system = file_system;
  return mount;
}

TEST(NetworkShares, AreNetworksAndPrograms) {
  for (const char* name :
       {"nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "afs", "fuse", "fuse.sshfs", "fuse.rclone", "fuse.gvfsd-fuse"})
    EXPECT_TRUE(IsShareFileSystem(name)) << name;
  for (const char* name :
       {"ext4", "tmpfs", "proc", "overlay", "fuseblk", "fusectl", "fuse.portal", "fuse.lxcfs", "nfsd"})
    EXPECT_FALSE(IsShareFileSystem(name)) << name;
}

TEST(NetworkShares, AreNoWayOutWhereTheyHoldWhatIsOurs) {
  EXPECT_TRUE(IsOutgoingShare(At("/mnt/share", "nfs4"), {"/home"}));
  EXPECT_TRUE(IsOutgoingShare(At("/home/alice/share", "fuse.sshfs"), {"/home"}));
  EXPECT_FALSE(IsOutgoingShare(At("/home", "nfs4"), {"/home"}));
  EXPECT_FALSE(IsOutgoingShare(At("/home", "nfs4"), {"/srv", "/home/alice"}));
  EXPECT_TRUE(IsOutgoingShare(At("/home", "nfs4"), {"/homestead"}));
  EXPECT_FALSE(IsOutgoingShare(At("/", "virtiofs"), {}));
  EXPECT_FALSE(IsOutgoingShare(At("/mnt", "ext4"), {}));
}

TEST(CloudFolders, AreThoseThatExist) {
  const test::TemporaryDirectory home;
  std::filesystem::create_directories(home / "Cloud/team");
  const CloudFolders folders({home / "Cloud", home / "Other", "~/no such cloud of anybody"});
  EXPECT_THAT(folders.Look(), SizeIs(1));
  EXPECT_EQ(folders.Look().begin()->first, home / "Cloud");
}

TEST(CloudFolders, LookDifferentWhenThereIsAnotherFolderInside) {
  const test::TemporaryDirectory home;
  std::filesystem::create_directories(home / "Cloud");
  const CloudFolders folders({home / "Cloud"});
  const auto before = folders.Look();
  EXPECT_EQ(folders.Look(), before);
  std::filesystem::create_directories(home / "Cloud/team");
  EXPECT_NE(folders.Look(), before);
}

TEST(CloudFolders, AreNotReachedThroughLinks) {
  const test::TemporaryDirectory home;
  std::filesystem::create_directories(home / "elsewhere");
  std::filesystem::create_directory_symlink(home / "elsewhere", home / "Cloud");
  EXPECT_THAT(CloudFolders({home / "Cloud"}).Look(), IsEmpty());
}

TEST(CloudFolders, AreInTheHomesOfPeople) {
  EXPECT_THAT(HomesIn("root:x:0:0:root:/root:/bin/bash\nalice:x:1000:1000:Alice,,,:/home/alice:/bin/bash\n\nbroken\n"
                      "nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin\nbob:x:1001:1001::/srv/bob:\n"),
              ElementsAre("/home/alice", "/srv/bob"));
  EXPECT_THAT(HomesIn(""), IsEmpty());
}

}  // namespace
}  // namespace vigie::platform
