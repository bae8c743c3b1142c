#include "platform/base/overwritten_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace vigie::base {
namespace {

constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;

Result<void> WriteAt(const FileDescriptor& file, std::uint64_t offset, std::string_view bytes,
                     const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return ErrnoError(errno, "write " + path);
    offset += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> SynchroniseFolderOf(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path();
  const FileDescriptor folder(::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::fsync(folder.get()) != 0) return ErrnoError(errno, "write the folder of " + path + " to the disk");
  return {};
}

// Zeros that are written, not blocks that are set aside: those would be turned into data one by one later.
Result<void> Fill(const FileDescriptor& file, std::uint64_t from, std::uint64_t until, const std::string& path) {
  const std::string zeros(std::size_t{1} << 20, '\0');
  for (std::uint64_t at = from; at < until; at += zeros.size()) {
    const auto part = std::string_view(zeros).substr(0, std::min<std::uint64_t>(zeros.size(), until - at));
    if (auto written = WriteAt(file, at, part, path); !written) return written;
  }
  if (::fsync(file.get()) != 0) return ErrnoError(errno, "write " + path + " to the disk");
  return SynchroniseFolderOf(path);
}

}  // namespace

Result<OverwrittenFile> OverwrittenFile::Open(const std::string& path, std::uint64_t size) {
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, kOwnerOnly));
  if (!file) return ErrnoError(errno, "open " + path);
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) return ErrnoError(errno, "look at " + path);
  if (!S_ISREG(status.st_mode)) return Error{ErrorCode::kFailedPrecondition, path + " is not a regular file"};
  const auto present = static_cast<std::uint64_t>(status.st_size);
  if (present < size) {
    if (auto filled = Fill(file, present, size, path); !filled) {
      // As long as before: one that was begun on a full disk is not taken for one that was used.
      if (::ftruncate(file.get(), status.st_size) != 0) return ErrnoError(errno, "shorten " + path);
      return filled.error();
    }
  }
  return OverwrittenFile(std::move(file), path, size);
}

Result<std::string> OverwrittenFile::Read() const {
  std::string bytes(size_, '\0');
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t got = ::pread(file_.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ErrnoError(errno, "read " + path_);
    if (got == 0) return Error{ErrorCode::kDataLoss, path_ + " is shorter than it was"};
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

Result<void> OverwrittenFile::WriteDurably(std::uint64_t offset, std::string_view bytes) {
  if (offset > size_ || bytes.size() > size_ - offset) {
    return Error{ErrorCode::kInvalidArgument, "write beyond the end of " + path_};
  }
  if (auto written = WriteAt(file_, offset, bytes, path_); !written) return written;
  if (::fdatasync(file_.get()) != 0) return ErrnoError(errno, "write " + path_ + " to the disk");
  return {};
}

Result<void> OverwrittenFile::Clear(std::uint64_t offset, std::uint64_t bytes) {
  const std::uint64_t from = std::min(offset, size_);
  return Fill(file_, from, from + std::min(bytes, size_ - from), path_);
}

}  // namespace vigie::base
