#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "platform/base/file_descriptor.h"
#include "platform/base/result.h"

namespace vigie::platform {

// A file that never has a name and vanishes with its last descriptor, also when this process is killed. For what comes
// in parts and is too large for memory. Not thread-safe.
class TemporaryFile {
 public:
  // On the file system of `directory`; kUnsupported if that has no files without a name (O_TMPFILE).
  static base::Result<TemporaryFile> Make(const std::string& directory);

  base::Result<void> Append(std::string_view bytes);
  std::uint64_t size() const { return size_; }
  // The same file for reading, with an offset of its own, at the start.
  base::Result<base::FileDescriptor> OpenForReading() const;

 private:
  explicit TemporaryFile(base::FileDescriptor file) : file_(std::move(file)) {}

  base::FileDescriptor file_;
  std::uint64_t size_ = 0;
};

}  // namespace vigie::platform
