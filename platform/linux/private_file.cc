#include "platform/base/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "platform/base/file_descriptor.h"

namespace vigie::base {
namespace {

constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;
constexpr mode_t kPermissionBits = 07777;

Result<void> WriteAll(const FileDescriptor& file, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(file.get(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return ErrnoError(errno, "write " + path);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> SyncDirectoryOf(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path();
  const std::string directory = parent.empty() ? "." : parent;
  const FileDescriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened) return ErrnoError(errno, "open " + directory);
  if (::fsync(opened.get()) != 0) return ErrnoError(errno, "sync " + directory);
  return {};
}

Result<void> WriteNew(const std::string& path, std::string_view content) {
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, kOwnerOnly));
  if (!file) return ErrnoError(errno, "create " + path);
  if (::fchmod(file.get(), kOwnerOnly) != 0) return ErrnoError(errno, "make " + path + " private");
  if (auto written = WriteAll(file, content, path); !written) return written;
  if (::fsync(file.get()) != 0) return ErrnoError(errno, "sync " + path);
  return {};
}

Result<struct stat> LookAt(const FileDescriptor& file, const std::string& path) {
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) return ErrnoError(errno, "look at " + path);
  if (!S_ISREG(status.st_mode)) return Error{ErrorCode::kFailedPrecondition, path + " is not a regular file"};
  return status;
}

}  // namespace

Result<bool> TightenPrivateFile(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
  if (!file) return ErrnoError(errno, "open " + path);
  const auto status = LookAt(file, path);
  if (!status) return status.error();
  if (status->st_uid != ::geteuid() && status->st_uid != 0) {
    return Error{ErrorCode::kPermissionDenied,
                 path + " belongs to another user (" + std::to_string(status->st_uid) + "), who may have changed it"};
  }
  if ((status->st_mode & (S_IRWXG | S_IRWXO)) == 0) return false;
  if (::fchmod(file.get(), kOwnerOnly) != 0) return ErrnoError(errno, "make " + path + " private");
  return true;
}

Result<std::string> ReadPrivateFile(const std::string& path, std::size_t limit) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
  if (!file) return ErrnoError(errno, "open " + path);
  if (auto regular = LookAt(file, path); !regular) return regular.error();
  std::string content(limit, '\0');
  std::size_t size = 0;
  while (size < limit) {
    const ssize_t count = ::read(file.get(), content.data() + size, limit - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ErrnoError(errno, "read " + path);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  content.resize(size);
  return content;
}

Result<void> WritePrivateFile(const std::string& path, std::string_view content) {
  const std::string temporary = path + ".new";
  if (auto written = WriteNew(temporary, content); !written) {
    (void)::unlink(temporary.c_str());
    return written;
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) return ErrnoError(errno, "rename a new file to " + path);
  return SyncDirectoryOf(path);
}

Result<void> EraseFile(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file && errno == ENOENT) return {};
  if (!file) return ErrnoError(errno, "open " + path);
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) return ErrnoError(errno, "look at " + path);
  const std::string zeros(std::size_t{1} << 16, '\0');
  for (auto left = static_cast<std::size_t>(std::max<off_t>(status.st_size, 0)); left > 0;) {
    const std::size_t part = std::min(left, zeros.size());
    if (auto written = WriteAll(file, std::string_view(zeros).substr(0, part), path); !written) return written;
    left -= part;
  }
  if (::fsync(file.get()) != 0) return ErrnoError(errno, "sync " + path);
  if (::unlink(path.c_str()) != 0) return ErrnoError(errno, "remove " + path);
  return {};
}

Result<void> EnsurePrivateFile(const std::string& path) {
  const FileDescriptor created(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly));
  if (created) return {};
  if (errno != EEXIST) return ErrnoError(errno, "create " + path);
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return ErrnoError(errno, "look at " + path);
  if (!S_ISREG(status.st_mode)) return Error{ErrorCode::kFailedPrecondition, path + " is not a regular file"};
  if ((status.st_mode & kPermissionBits) == kOwnerOnly) return {};
  if (::chmod(path.c_str(), kOwnerOnly) != 0) return ErrnoError(errno, "make " + path + " private");
  return {};
}

}  // namespace vigie::base
