#include <dirent.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "platform/linux/descriptor_io.h"
#include "platform/linux/linux_platform.h"

namespace vigie::platform {
namespace {

using base::ErrnoError;
using base::Error;
using base::ErrorCode;
using base::FileDescriptor;
using base::Result;

constexpr std::uint32_t kPermissionBits = 07777;
constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

FileKind KindOf(mode_t mode) {
  if (S_ISREG(mode)) return FileKind::kRegular;
  if (S_ISDIR(mode)) return FileKind::kDirectory;
  if (S_ISLNK(mode)) return FileKind::kSymlink;
  return FileKind::kOther;
}

FileStatus ToStatus(const struct stat& status) {
  FileStatus result;
  result.kind = KindOf(status.st_mode);
  result.identity.device = status.st_dev;
  result.identity.inode = status.st_ino;
  result.identity.change_time_ns = status.st_ctim.tv_sec * kNanosecondsPerSecond + status.st_ctim.tv_nsec;
  result.identity.bytes = static_cast<std::uint64_t>(status.st_size);
  result.owner_uid = status.st_uid;
  result.mode = status.st_mode & kPermissionBits;
  result.modify_time_ns = status.st_mtim.tv_sec * kNanosecondsPerSecond + status.st_mtim.tv_nsec;
  return result;
}

std::string DirectoryOf(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Removes the temporary file of a write that did not end well.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string path) : path_(std::move(path)) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  const std::string& path() const { return path_; }
  void Renamed() { path_.clear(); }

 private:
  std::string path_;
};

Result<std::string> TemporaryNameFor(const std::string& path) {
  std::uint64_t random = 0;
  if (::getrandom(&random, sizeof random, 0) != sizeof random) return ErrnoError(errno, "read random bytes");
  return path + ".new-" + std::to_string(random);
}

Result<void> SyncDirectory(const std::string& directory) {
  const FileDescriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened) return ErrnoError(errno, "open " + directory);
  if (::fsync(opened.get()) != 0) return ErrnoError(errno, "sync " + directory);
  return {};
}

Result<void> WriteNewFile(const std::string& path, std::string_view content, std::uint32_t mode) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file) return ErrnoError(errno, "create " + path);
  if (auto written = WriteAll(file.get(), content, path); !written) return written;
  if (::fchmod(file.get(), mode & kPermissionBits) != 0) return ErrnoError(errno, "set the mode of " + path);
  if (::fsync(file.get()) != 0) return ErrnoError(errno, "sync " + path);
  // Network file systems tell a full disk as late as here.
  if (::close(file.Release()) != 0) return ErrnoError(errno, "close " + path);
  return {};
}

Result<void> MakeOneDirectory(const std::string& path, std::uint32_t mode) {
  if (::mkdir(path.c_str(), mode & kPermissionBits) == 0) return {};
  const int failure = errno;
  struct stat status = {};
  if (::stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) return {};
    return Error{ErrorCode::kFailedPrecondition, path + " exists and is not a directory"};
  }
  return ErrnoError(failure, "make directory " + path);
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

class LinuxFileSystem final : public FileSystem {
 public:
  Result<std::string> ReadFile(const std::string& path, std::uint64_t limit) override {
    const auto file = OpenForReading(path, true);
    if (!file) return file.error();
    const auto status = Status(*file);
    if (!status) return status.error().Wrap(path);
    if (status->kind != FileKind::kRegular) {
      return Error{ErrorCode::kFailedPrecondition, path + " is not a regular file"};
    }
    return ReadToEnd(file->get(), limit, path);
  }

  Result<void> WriteFileDurably(const std::string& path, std::string_view content, std::uint32_t mode) override {
    const auto name = TemporaryNameFor(path);
    if (!name) return name.error().Wrap("write " + path);
    TemporaryFile temporary(*name);
    if (auto written = WriteNewFile(temporary.path(), content, mode); !written) return written;
    if (::rename(temporary.path().c_str(), path.c_str()) != 0) return ErrnoError(errno, "rename a new file to " + path);
    temporary.Renamed();
    return SyncDirectory(DirectoryOf(path));
  }

  // Non-blocking for the sake of FIFOs and devices; reads of regular files do not know it.
  Result<FileDescriptor> OpenForReading(const std::string& path, bool follow) override {
    const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW);
    FileDescriptor file(::open(path.c_str(), flags));
    if (!file) return ErrnoError(errno, "open " + path);
    return file;
  }

  Result<FileStatus> Status(const FileDescriptor& file) override {
    struct stat status = {};
    if (::fstat(file.get(), &status) != 0) return ErrnoError(errno, "look at an open file");
    return ToStatus(status);
  }

  Result<FileStatus> StatusOf(const std::string& path, bool follow) override {
    struct stat status = {};
    const int failed = follow ? ::stat(path.c_str(), &status) : ::lstat(path.c_str(), &status);
    if (failed != 0) return ErrnoError(errno, "look at " + path);
    return ToStatus(status);
  }

  Result<void> MakeDirectories(const std::string& path, std::uint32_t mode) override {
    for (std::size_t end = path.find('/', 1); end != std::string::npos; end = path.find('/', end + 1)) {
      if (auto made = MakeOneDirectory(path.substr(0, end), mode); !made) return made;
    }
    return MakeOneDirectory(path, mode);
  }

  Result<void> Remove(const std::string& path) override {
    if (std::remove(path.c_str()) != 0) return ErrnoError(errno, "remove " + path);
    return {};
  }

  Result<std::vector<std::string>> List(const std::string& directory) override {
    const std::unique_ptr<DIR, CloseDirectory> opened(::opendir(directory.c_str()));
    if (!opened) return ErrnoError(errno, "list " + directory);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(opened.get())) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
      errno = 0;
    }
    if (errno != 0) return ErrnoError(errno, "list " + directory);
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<std::uint64_t> FreeBytes(const std::string& path) override {
    struct statvfs status = {};
    if (::statvfs(path.c_str(), &status) != 0) return ErrnoError(errno, "ask for free space at " + path);
    return std::uint64_t{status.f_bavail} * status.f_frsize;
  }
};

}  // namespace

std::unique_ptr<FileSystem> MakeFileSystem() {
  return std::make_unique<LinuxFileSystem>();
}

}  // namespace vigie::platform
