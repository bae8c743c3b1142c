#include "platform/base/durable_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "platform/base/file_descriptor.h"
#include "platform/base/logging.h"

namespace vigie::base {
namespace {

Result<void> Synchronise(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return ErrnoError(errno, "open " + path);
  if (::fsync(file.get()) != 0) return ErrnoError(errno, "write " + path + " to the disk");
  return {};
}

// The names have changed: a disk that fails now does not undo that, so the caller must not be told that it did.
void SynchroniseFolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  if (const auto written = Synchronise(folder.empty() ? "." : folder); !written)
    LogWarning("{} has its new name, but a power cut may undo that: {}", path, written.error().message);
}

}  // namespace

Result<void> RenameDurably(const std::string& from, const std::string& to) {
  if (auto written = Synchronise(from); !written) return written;
  if (std::rename(from.c_str(), to.c_str()) != 0) return ErrnoError(errno, "rename " + from + " to " + to);
  SynchroniseFolderOf(to);
  return {};
}

Result<void> ExchangeDurably(const std::string& one, const std::string& other) {
  for (const std::string& path : {one, other}) {
    if (auto written = Synchronise(path); !written) return written;
  }
  if (::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) != 0) {
    const int number = errno;  // what comes now may change it
    const Error error = ErrnoError(number, "exchange " + one + " and " + other);
    const bool cannot = number == EINVAL || number == ENOSYS || number == EOPNOTSUPP;
    return cannot ? Error{ErrorCode::kUnsupported, error.message} : error;
  }
  for (const std::string& path : {one, other}) SynchroniseFolderOf(path);
  return {};
}

Result<FileDescriptor> HoldAlone(const std::string& path) {
  constexpr mode_t kOwnerOnly = 0600;
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, kOwnerOnly));
  if (!file) return ErrnoError(errno, "open " + path);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return file;
  const int number = errno;
  if (number == EWOULDBLOCK) return Error{ErrorCode::kUnavailable, path + " is held by another process"};
  return ErrnoError(number, "hold " + path);
}

}  // namespace vigie::base
