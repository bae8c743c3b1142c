#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "platform/base/file_descriptor.h"
#include "platform/base/result.h"

namespace vigie::content {

// Bytes that can be read anywhere: a file, or a container that was unpacked from another. Not thread-safe.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // As base::ReadAt: fewer bytes than asked for = the end.
  virtual base::Result<std::size_t> ReadAt(std::uint64_t offset, std::span<char> into) = 0;
  // As it was when the source was made: a file may shrink or grow meanwhile.
  virtual std::uint64_t size() const = 0;
  // The open file behind it; nullptr if there is none.
  virtual const base::FileDescriptor* file() const { return nullptr; }
};

// An open file. It is read with pread, never mapped: a file that shrinks while mapped would kill us with SIGBUS.
class FileSource final : public ByteSource {
 public:
  static base::Result<FileSource> Open(const base::FileDescriptor& file);
  base::Result<std::size_t> ReadAt(std::uint64_t offset, std::span<char> into) override;
  std::uint64_t size() const override { return size_; }
  const base::FileDescriptor* file() const override { return file_; }

 private:
  FileSource(const base::FileDescriptor& file, std::uint64_t size) : file_(&file), size_(size) {}
  const base::FileDescriptor* file_;
  std::uint64_t size_;
};

// Bytes in memory, not owned.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes) : bytes_(bytes) {}
  base::Result<std::size_t> ReadAt(std::uint64_t offset, std::span<char> into) override;
  std::uint64_t size() const override { return bytes_.size(); }

 private:
  std::string_view bytes_;
};

}  // namespace vigie::content
