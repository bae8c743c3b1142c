#include "platform/mapped_file.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

namespace vigie::platform {

base::Result<MappedFile> MappedFile::Map(const base::FileDescriptor& file) {
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) return base::ErrnoError(errno, "look at the file to map");
  if (!S_ISREG(status.st_mode)) return base::Error{base::ErrorCode::kInvalidArgument, "not a regular file"};
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return MappedFile();
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.get(), 0);
  if (address == MAP_FAILED) return base::ErrnoError(errno, "map the file");
  return MappedFile(address, size);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : address_(std::exchange(other.address_, nullptr)), size_(std::exchange(other.size_, 0)) {
}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(address_, other.address_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (address_ != nullptr) ::munmap(address_, size_);
}

}  // namespace vigie::platform
