#include "tests/root/loop_mount.h"

#include <fcntl.h>
#include <linux/loop.h>
#include <signal.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

namespace vigie::test {
namespace {

using base::Error;
using base::ErrorCode;
using base::FileDescriptor;
using base::Result;

constexpr std::string_view kPrefix = "vigie-loop-";  // then the pid, then six random characters
constexpr int kAttempts = 50;                        // another test may take the free device between question and use

std::filesystem::path TemporaryRoot() {
  return std::filesystem::temp_directory_path();
}

Result<void> RunQuietly(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int number : {0, 1, 2}) posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0);
  std::string path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
  char* environment[] = {path.data(), nullptr};
  pid_t child = 0;
  const int failure = ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environment);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) return Error{ErrorCode::kUnsupported, words[0] + " is not there: install it"};
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (status != 0) return Error{ErrorCode::kUnsupported, words[0] + " failed"};
  return {};
}

void RemoveFolder(const std::filesystem::path& folder) {
  ::umount2((folder / "mount").c_str(), MNT_DETACH);
  std::error_code ignored;
  std::filesystem::remove(folder / "image", ignored);
  std::filesystem::remove(folder / "mount", ignored);
  std::filesystem::remove(folder, ignored);
}

// Folders of processes that are no more.
void RemoveLeftovers() {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(TemporaryRoot(), ignored)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(kPrefix)) continue;
    const int pid = std::atoi(name.c_str() + kPrefix.size());
    if (pid > 0 && ::kill(pid, 0) < 0 && errno == ESRCH) RemoveFolder(entry.path());
  }
}

// The device detaches by itself when it is neither mounted nor open.
Result<void> Configure(int device, int image) {
  loop_config configuration{};
  configuration.fd = static_cast<decltype(configuration.fd)>(image);
  configuration.info.lo_flags = LO_FLAGS_AUTOCLEAR;
  if (::ioctl(device, LOOP_CONFIGURE, &configuration) < 0) return base::ErrnoError(errno, "attach loop device");
  return {};
}

}  // namespace

Result<std::unique_ptr<LoopMount>> LoopMount::Make(const LoopMountOptions& options) {
  if (::geteuid() != 0) return Error{ErrorCode::kPermissionDenied, "mounting a loop device needs root"};
  RemoveLeftovers();
  std::string folder = TemporaryRoot() / (std::string(kPrefix) + std::to_string(::getpid()) + "-XXXXXX");
  if (::mkdtemp(folder.data()) == nullptr) return base::ErrnoError(errno, "make folder " + folder);
  std::unique_ptr<LoopMount> mount(new LoopMount(options, std::move(folder)));
  if (auto prepared = mount->Prepare(); !prepared) return prepared.error();
  return mount;
}

LoopMount::LoopMount(LoopMountOptions options, std::string folder)
    : options_(std::move(options)),
      folder_(std::move(folder)),
      image_(folder_ + "/image"),
      mount_point_(folder_ + "/mount") {
}

LoopMount::~LoopMount() {
  RemoveFolder(folder_);
}

Result<void> LoopMount::Prepare() {
  if (::mkdir(mount_point_.c_str(), 0755) < 0) return base::ErrnoError(errno, "make folder " + mount_point_);
  if (auto made = MakeFileSystem(); !made) return made;
  if (auto attached = AttachDevice(); !attached) return attached;
  return Mount();
}

Result<void> LoopMount::MakeFileSystem() const {
  std::ofstream(image_).close();
  std::error_code failure;
  std::filesystem::resize_file(image_, std::uintmax_t{options_.mebibytes} << 20, failure);
  if (failure) return Error{ErrorCode::kUnavailable, "make image " + image_ + ": " + failure.message()};
  if (options_.file_system == "ext4") return RunQuietly({"mkfs.ext4", "-q", "-F", "-m", "0", image_});
  return RunQuietly({"mkfs." + options_.file_system, image_});
}

Result<void> LoopMount::AttachDevice() {
  const FileDescriptor control(::open("/dev/loop-control", O_RDWR | O_CLOEXEC));
  if (!control) return Error{ErrorCode::kUnsupported, "no loop devices on this machine (/dev/loop-control)"};
  const FileDescriptor image(::open(image_.c_str(), O_RDWR | O_CLOEXEC));
  if (!image) return base::ErrnoError(errno, "open image " + image_);
  Result<void> outcome = Error{ErrorCode::kUnsupported, "no free loop device"};
  for (int attempt = 0; attempt < kAttempts && !outcome; ++attempt) {
    const int number = ::ioctl(control.get(), LOOP_CTL_GET_FREE);
    if (number < 0) return base::ErrnoError(errno, "ask for a free loop device");
    device_ = "/dev/loop" + std::to_string(number);
    device_descriptor_ = FileDescriptor(::open(device_.c_str(), O_RDWR | O_CLOEXEC));
    if (device_descriptor_) outcome = Configure(device_descriptor_.get(), image.get());
  }
  return outcome;
}

Result<void> LoopMount::Mount() {
  if (::mount(device_.c_str(), mount_point_.c_str(), options_.file_system.c_str(), 0, nullptr) < 0) {
    return base::ErrnoError(errno, "mount " + device_ + " on " + mount_point_);
  }
  return {};
}

Result<void> LoopMount::Unmount() {
  if (::umount2(mount_point_.c_str(), 0) < 0) return base::ErrnoError(errno, "unmount " + mount_point_);
  return {};
}

}  // namespace vigie::test
