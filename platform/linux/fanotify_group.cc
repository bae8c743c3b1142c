#include "platform/linux/fanotify_group.h"

#include <fcntl.h>
#include <sys/fanotify.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "platform/linux/open_file.h"

namespace vigie::platform {
namespace {

using base::Error;
using base::ErrorCode;
using base::FileDescriptor;
using base::Result;

constexpr unsigned kContentFlags = O_RDONLY | O_LARGEFILE | O_CLOEXEC | O_NONBLOCK | O_NOATIME;

Error InitError(int error_number) {
  if (error_number == EPERM) {
    return {ErrorCode::kPermissionDenied, "file events by fanotify: needs CAP_SYS_ADMIN (run as root)"};
  }
  if (error_number == ENOSYS) return {ErrorCode::kUnsupported, "file events: this kernel has no fanotify"};
  return base::ErrnoError(error_number, "file events by fanotify");
}

Error MarkError(int error_number, const std::string& context) {
  switch (error_number) {
    case EINVAL:      // an event that this kernel does not know, or a file system that cannot wait for answers
    case EOPNOTSUPP:  // no file handles
    case ENODEV:      // no file system id
    case EXDEV:       // a btrfs subvolume
      return {ErrorCode::kUnsupported, base::ErrnoError(error_number, context).message};
    case ENOSPC:
      return {ErrorCode::kResourceExhausted, context + ": no marks are left (fs.fanotify.max_user_marks)"};
    default:
      return base::ErrnoError(error_number, context);
  }
}

}  // namespace

Result<FanotifyGroup> FanotifyGroup::Make(unsigned flags) {
  FileDescriptor group(::fanotify_init(flags | FAN_CLOEXEC | FAN_NONBLOCK, kContentFlags));
  if (!group) return InitError(errno);
  return FanotifyGroup(std::move(group));
}

Result<void> FanotifyGroup::RaiseAbove(std::initializer_list<int> others) {
  FileDescriptor raised(::fcntl(group_.get(), F_DUPFD_CLOEXEC, std::max(others) + 1));
  if (!raised) return base::ErrnoError(errno, "order the descriptors of file events");
  group_ = std::move(raised);
  return {};
}

Result<void> FanotifyGroup::MarkFileSystem(const std::string& path, std::uint64_t mask) {
  if (::fanotify_mark(group_.get(), FAN_MARK_ADD | FAN_MARK_FILESYSTEM, mask, AT_FDCWD, path.c_str()) < 0) {
    return MarkError(errno, "watch " + path);
  }
  return {};
}

void FanotifyGroup::UnmarkFileSystem(const std::string& path, std::uint64_t mask) {
  ::fanotify_mark(group_.get(), FAN_MARK_REMOVE | FAN_MARK_FILESYSTEM, mask, AT_FDCWD, path.c_str());
}

Result<void> FanotifyGroup::MarkFolder(const std::string& path, std::uint64_t mask) {
  constexpr unsigned kFlags = FAN_MARK_ADD | FAN_MARK_ONLYDIR | FAN_MARK_DONT_FOLLOW;
  if (::fanotify_mark(group_.get(), kFlags, mask | FAN_EVENT_ON_CHILD, AT_FDCWD, path.c_str()) < 0) {
    return MarkError(errno, "watch the folder " + path);
  }
  return {};
}

Result<void> FanotifyGroup::MarkFile(const FileDescriptor& file, std::uint64_t mask) {
  if (::fanotify_mark(group_.get(), FAN_MARK_ADD, mask, file.get(), nullptr) < 0)
    return MarkError(errno, "mark a file");
  return {};
}

Result<void> FanotifyGroup::MarkFound(const FileDescriptor& found, std::uint64_t mask) {
  if (::fanotify_mark(group_.get(), FAN_MARK_ADD, mask, AT_FDCWD, NameOf(found).data()) < 0)
    return MarkError(errno, "mark a file");
  return {};
}

void FanotifyGroup::UnmarkFile(const FileDescriptor& file, std::uint64_t mask) {
  ::fanotify_mark(group_.get(), FAN_MARK_REMOVE, mask, file.get(), nullptr);
}

void FanotifyGroup::RemoveAllMarks() {
  ::fanotify_mark(group_.get(), FAN_MARK_FLUSH, 0, AT_FDCWD, "/");
  ::fanotify_mark(group_.get(), FAN_MARK_FLUSH | FAN_MARK_FILESYSTEM, 0, AT_FDCWD, "/");
}

Result<std::size_t> FanotifyGroup::Read(std::span<std::byte> buffer) {
  ssize_t count = 0;
  do {
    count = ::read(group_.get(), buffer.data(), buffer.size());
  } while (count < 0 && errno == EINTR);
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno == EAGAIN) return std::size_t{0};
  return base::ErrnoError(errno, "read file events");
}

void FanotifyGroup::Respond(int event_descriptor, Answer answer) {
  const fanotify_response response{event_descriptor,
                                   static_cast<__u32>(answer == Answer::kAllow ? FAN_ALLOW : FAN_DENY)};
  // ENOENT means that the opener was killed meanwhile: nobody is left to tell.
  [[maybe_unused]] const ssize_t written = ::write(group_.get(), &response, sizeof response);
}

}  // namespace vigie::platform
