#include "platform/linux/open_file.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <thread>

namespace vigie::platform {
namespace {

constexpr std::string_view kDeleted = " (deleted)";

// open_by_handle_at(2) says ENOMEM also while the number of an inode that is gone is being given to a new file (seen on
// ext4, Linux 6.18). That is over in a moment; memory that lacks is not.
constexpr int kLooksForAnInode = 20;
constexpr std::chrono::milliseconds kBetweenLooks{1};

std::chrono::nanoseconds Nanoseconds(const statx_timestamp& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

DescriptorName NameOf(const base::FileDescriptor& file) {
  DescriptorName name{};
  std::snprintf(name.data(), name.size(), "/proc/self/fd/%d", file.get());
  return name;
}

std::optional<OpenFile> DescribeOpenFile(const base::FileDescriptor& file) {
  struct statx status {};
  if (::statx(file.get(), "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &status) < 0) return std::nullopt;
  OpenFile described;
  described.identity = {makedev(status.stx_dev_major, status.stx_dev_minor), status.stx_ino,
                        Nanoseconds(status.stx_ctime).count(), status.stx_size};
  described.owner_uid = status.stx_uid;
  if ((status.stx_mask & STATX_BTIME) != 0) described.born_at = base::SystemTime(Nanoseconds(status.stx_btime));
  described.regular = S_ISREG(status.stx_mode);
  return described;
}

std::string PathOf(const base::FileDescriptor& file) {
  std::array<char, PATH_MAX> buffer;
  const ssize_t length = ::readlink(NameOf(file).data(), buffer.data(), buffer.size());
  if (length <= 0) return {};
  std::string path(buffer.data(), static_cast<std::size_t>(length));
  if (path.ends_with(kDeleted)) path.resize(path.size() - kDeleted.size());
  return path;
}

base::FileDescriptor FindByHandle(const base::FileDescriptor& mount, std::span<const std::byte> handle) {
  alignas(file_handle) std::array<std::byte, sizeof(file_handle) + MAX_HANDLE_SZ> copy{};
  if (handle.size() > copy.size()) return {};
  std::memcpy(copy.data(), handle.data(), handle.size());
  const auto open = [&] {
    return base::FileDescriptor(
        ::open_by_handle_at(mount.get(), reinterpret_cast<file_handle*>(copy.data()), O_PATH | O_CLOEXEC));
  };
  base::FileDescriptor found = open();
  for (int looks = 1; !found && errno == ENOMEM && looks < kLooksForAnInode; ++looks) {
    std::this_thread::sleep_for(kBetweenLooks);
    found = open();
  }
  return found;
}

base::FileDescriptor OpenContent(const base::FileDescriptor& file) {
  return base::FileDescriptor(::open(NameOf(file).data(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
}

}  // namespace vigie::platform
