// The Linux body of RemovableMedia on a loop-mounted file system.
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>

#include "platform/linux/linux_platform.h"
#include "tests/contract/platform/removable_media_contract.h"
#include "tests/root/loop_mount.h"
#include "tests/support/temporary_directory.h"

namespace vigie::platform {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A loop device that is unmounted at first; plugging it in mounts it.
class LoopStick {
 public:
  LoopStick() {
    auto made = test::LoopMount::Make({.file_system = "ext4", .mebibytes = 8});
    if (!made) {
      unavailable_ = made.error().message;
      return;
    }
    loop_ = *std::move(made);
    if (auto unmounted = loop_->Unmount(); !unmounted) unavailable_ = unmounted.error().message;
    media_ = MakeRemovableMedia({.devices = {device()}, .mount_points = {}});
  }

  RemovableMedia& media() { return *media_; }
  void Plug() { ASSERT_TRUE(loop_->Mount()); }
  void Unplug() { ASSERT_TRUE(loop_->Unmount()); }
  std::string mount_point() const { return loop_->path(); }
  std::string device() const { return loop_->device(); }
  std::string unavailable() const { return unavailable_; }

 private:
  std::string unavailable_;
  std::unique_ptr<test::LoopMount> loop_;
  std::unique_ptr<RemovableMedia> media_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Linux, RemovableMediaContract, LoopStick);

class MountedStick : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = test::LoopMount::Make({.file_system = "ext4", .mebibytes = 8});
    if (!made) GTEST_SKIP() << made.error().message;
    loop_ = *std::move(made);
  }
  void Watch(RemovableOptions options) {
    media_ = MakeRemovableMedia(std::move(options));
    ASSERT_TRUE(media_->Start(log_.handler()));
  }

  MediaLog log_;
  std::unique_ptr<test::LoopMount> loop_;
  std::unique_ptr<RemovableMedia> media_;
};

TEST_F(MountedStick, IsNoMediumUnlessItIsListed) {
  Watch({});
  EXPECT_THAT(Sticks(*media_), IsEmpty());
}

TEST_F(MountedStick, IsOneByItsMountPointThroughASymlinkToo) {
  const test::TemporaryDirectory directory;
  std::filesystem::create_symlink(loop_->path(), directory / "stick");
  Watch({.devices = {}, .mount_points = {(directory / "stick") + "/"}});
  EXPECT_THAT(log_.entries(), ElementsAre("+" + loop_->path()));
}

TEST_F(MountedStick, IsOneByALinkToItsDevice) {
  const test::TemporaryDirectory directory;
  std::filesystem::create_symlink(loop_->device(), directory / "by-label");
  Watch({.devices = {directory / "by-label"}, .mount_points = {}});
  EXPECT_THAT(log_.entries(), ElementsAre("+" + loop_->path()));
}

TEST_F(MountedStick, IsSeenAtEachPlaceWhereItIsMounted) {
  const test::TemporaryDirectory second;
  Watch({.devices = {loop_->device()}, .mount_points = {}});
  ASSERT_EQ(::mount(loop_->device().c_str(), second.path().c_str(), "ext4", 0, nullptr), 0);
  EXPECT_THAT(log_.Await(2), ElementsAre("+" + loop_->path(), "+" + second.path()));
  EXPECT_EQ(Sticks(*media_).size(), 2U);
  ASSERT_EQ(::umount(second.path().c_str()), 0);
  EXPECT_THAT(log_.Await(3).back(), "-" + second.path());
  EXPECT_EQ(Sticks(*media_).size(), 1U);
}

TEST_F(MountedStick, DoesNotComeAndGoWhenItIsRemounted) {
  const test::TemporaryDirectory second;
  Watch({.devices = {loop_->device()}, .mount_points = {}});
  ASSERT_EQ(::mount(nullptr, loop_->path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr), 0);
  // A later change shows that the remount was looked at.
  ASSERT_EQ(::mount(loop_->path().c_str(), second.path().c_str(), nullptr, MS_BIND, nullptr), 0);
  EXPECT_THAT(log_.Await(2), ElementsAre("+" + loop_->path(), "+" + second.path()));
  ASSERT_EQ(::umount(second.path().c_str()), 0);
}

TEST(OutgoingPlaces, AMountOfFuseIsAShareUnlessItHoldsWhatIsOurs) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root: a mount";
  const test::TemporaryDirectory below;
  const test::TemporaryDirectory place;
  const std::string command = "bindfs " + below.path() + " " + place.path() + " 2> /dev/null";
  if (std::system(command.c_str()) != 0) GTEST_SKIP() << "bindfs is not there";
  const auto found = [&](RemovableOptions options) {
    const auto media = MakeRemovableMedia(std::move(options));
    EXPECT_TRUE(media->Start({[](const Medium&) {}, [](const Medium&) {}}));
    auto current = media->Current();
    std::erase_if(current, [&](const Medium& medium) { return medium.mount_point != place.path(); });
    return current;
  };
  struct stat status {};
  ASSERT_EQ(::stat(place.path().c_str(), &status), 0);
  const auto shares = found({});
  const auto ours = found({.devices = {}, .mount_points = {}, .local_mounts = {place / "home"}});
  ::umount2(place.path().c_str(), MNT_DETACH);
  ASSERT_THAT(shares, ::testing::SizeIs(1));
  EXPECT_EQ(shares[0].kind, MediumKind::kNetworkShare);
  EXPECT_EQ(shares[0].device, below.path());
  EXPECT_EQ(shares[0].device_number, status.st_dev);
  EXPECT_THAT(ours, IsEmpty());
}

TEST_F(MountedStick, IsFoundWithSpacesInItsMountPoint) {
  const test::TemporaryDirectory directory;
  const std::string place = directory / "MY STICK\\#1";
  std::filesystem::create_directory(place);
  Watch({.devices = {}, .mount_points = {place}});
  ASSERT_EQ(::mount(loop_->device().c_str(), place.c_str(), "ext4", 0, nullptr), 0);
  EXPECT_THAT(log_.Await(1), ElementsAre("+" + place));
  ASSERT_EQ(::umount(place.c_str()), 0);
  EXPECT_THAT(log_.Await(2), ElementsAre("+" + place, "-" + place));
}

TEST_F(MountedStick, MayBeListedBeforeItsMountPointExists) {
  const test::TemporaryDirectory directory;
  const std::string place = directory / "later";
  Watch({.devices = {}, .mount_points = {place}});
  std::filesystem::create_directory(place);
  ASSERT_EQ(::mount(loop_->device().c_str(), place.c_str(), "ext4", 0, nullptr), 0);
  EXPECT_THAT(log_.Await(1), ElementsAre("+" + place));
  ASSERT_EQ(::umount(place.c_str()), 0);
}

}  // namespace
}  // namespace vigie::platform
