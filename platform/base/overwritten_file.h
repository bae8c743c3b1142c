#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "platform/base/file_descriptor.h"
#include "platform/base/result.h"

namespace vigie::base {

// A file of one size that is written in place. Its blocks are there and have been written before: making a write
// durable is one flush of the disk and changes nothing of the file system. Not thread-safe.
class OverwrittenFile {
 public:
  // Mode 0600, made of `size` zeros or lengthened by them, and on the disk with its name. After an error (a full disk)
  // it is as long as before; a new one is empty.
  static Result<OverwrittenFile> Open(const std::string& path, std::uint64_t size);

  std::uint64_t size() const { return size_; }
  // All of it.
  Result<std::string> Read() const;
  // On the disk when it returns. kInvalidArgument beyond the end; after another error, any part of it may be there.
  Result<void> WriteDurably(std::uint64_t offset, std::string_view bytes);
  // Zeros again, on the disk; what is beyond the end is none of it.
  Result<void> Clear(std::uint64_t offset, std::uint64_t bytes);

 private:
  OverwrittenFile(FileDescriptor file, std::string path, std::uint64_t size)
      : file_(std::move(file)), path_(std::move(path)), size_(size) {}

  FileDescriptor file_;
  std::string path_;
  std::uint64_t size_ = 0;
};

}  // namespace vigie::base
