#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/file_descriptor.h"
#include "platform/base/result.h"
#include "platform/file_events.h"

namespace vigie::platform {

enum class FileKind { kRegular, kDirectory, kSymlink, kOther };

struct FileStatus {
  FileKind kind = FileKind::kOther;
  FileIdentity identity;
  std::uint32_t owner_uid = 0;
  std::uint32_t mode = 0;           // permission bits
  std::int64_t modify_time_ns = 0;  // of the content; programs may set it
};

// What the product needs of a file system. Errors name the path. Thread-safe.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // Whole content of a regular file; kResourceExhausted if it is larger than `limit` bytes.
  virtual base::Result<std::string> ReadFile(const std::string& path, std::uint64_t limit) = 0;

  // All or nothing, and on the disk when it returns: a temporary file beside it, fsync, rename, fsync of the directory.
  virtual base::Result<void> WriteFileDurably(const std::string& path, std::string_view content,
                                              std::uint32_t mode) = 0;

  // For reading, a directory too; never waits on a FIFO, kFailedPrecondition for a final symlink if `follow` is false.
  virtual base::Result<base::FileDescriptor> OpenForReading(const std::string& path, bool follow = true) = 0;

  virtual base::Result<FileStatus> Status(const base::FileDescriptor& file) = 0;
  virtual base::Result<FileStatus> StatusOf(const std::string& path, bool follow = true) = 0;

  // The directory with its parents.
  virtual base::Result<void> MakeDirectories(const std::string& path, std::uint32_t mode) = 0;

  // A file, a symlink itself, or an empty directory.
  virtual base::Result<void> Remove(const std::string& path) = 0;

  // Names in a directory, sorted, without "." and "..".
  virtual base::Result<std::vector<std::string>> List(const std::string& directory) = 0;

  // Bytes that this user may still write to the file system that holds `path`.
  virtual base::Result<std::uint64_t> FreeBytes(const std::string& path) = 0;
};

}  // namespace vigie::platform
