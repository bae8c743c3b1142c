#include "platform/linux/open_file.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <string_view>

namespace vigie::platform {
namespace {

constexpr std::string_view kDeleted = " (deleted)";

using LinkName = std::array<char, 32>;

LinkName LinkOf(const base::FileDescriptor& file) {
  LinkName name{};
  std::snprintf(name.data(), name.size(), "/proc/self/fd/%d", file.get());
  return name;
}

}  // namespace

std::optional<OpenFile> DescribeOpenFile(const base::FileDescriptor& file) {
  struct stat status {};
  if (::fstat(file.get(), &status) < 0) return std::nullopt;
  OpenFile described;
  described.identity = {status.st_dev, status.st_ino,
                        std::int64_t{status.st_ctim.tv_sec} * 1'000'000'000 + status.st_ctim.tv_nsec,
                        static_cast<std::uint64_t>(status.st_size)};
  described.owner_uid = status.st_uid;
  described.regular = S_ISREG(status.st_mode);
  return described;
}

std::string PathOf(const base::FileDescriptor& file) {
  std::array<char, PATH_MAX> buffer;
  const ssize_t length = ::readlink(LinkOf(file).data(), buffer.data(), buffer.size());
  if (length <= 0) return {};
  std::string path(buffer.data(), static_cast<std::size_t>(length));
  if (path.ends_with(kDeleted)) path.resize(path.size() - kDeleted.size());
  return path;
}

base::FileDescriptor FindByHandle(const base::FileDescriptor& mount, std::span<const std::byte> handle) {
  alignas(file_handle) std::array<std::byte, sizeof(file_handle) + MAX_HANDLE_SZ> copy{};
  if (handle.size() > copy.size()) return {};
  std::memcpy(copy.data(), handle.data(), handle.size());
  return base::FileDescriptor(
      ::open_by_handle_at(mount.get(), reinterpret_cast<file_handle*>(copy.data()), O_PATH | O_CLOEXEC));
}

base::FileDescriptor OpenContent(const base::FileDescriptor& file) {
  return base::FileDescriptor(::open(LinkOf(file).data(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
}

}  // namespace vigie::platform
