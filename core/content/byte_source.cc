#include "core/content/byte_source.h"

#include <cstring>

#include "platform/base/file_reading.h"

namespace vigie::content {

base::Result<FileSource> FileSource::Open(const base::FileDescriptor& file) {
  const auto size = base::SizeOf(file);
  if (!size) return size.error();
  return FileSource(file, *size);
}

base::Result<std::size_t> FileSource::ReadAt(std::uint64_t offset, std::span<char> into) {
  return base::ReadAt(*file_, offset, into);
}

base::Result<std::size_t> MemorySource::ReadAt(std::uint64_t offset, std::span<char> into) {
  if (offset >= bytes_.size()) return std::size_t{0};
  const auto rest = bytes_.substr(static_cast<std::size_t>(offset), into.size());
  std::memcpy(into.data(), rest.data(), rest.size());
  return rest.size();
}

}  // namespace vigie::content
