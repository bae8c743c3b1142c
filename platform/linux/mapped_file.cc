#include "platform/mapped_file.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

namespace vigie::platform {
namespace {

#ifndef MADV_COLLAPSE
constexpr int MADV_COLLAPSE = 25;  // Linux 6.1
#endif

constexpr std::size_t kHugePage = std::size_t{2} << 20;

// Address space for a file, of whole pages, that begins where a huge page can; nullptr if there is none.
char* Reserve(std::size_t size) {
  void* reserved = ::mmap(nullptr, size + kHugePage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (reserved == MAP_FAILED) return nullptr;
  char* begin = static_cast<char*>(reserved);
  const std::size_t before = (kHugePage - reinterpret_cast<std::uintptr_t>(begin) % kHugePage) % kHugePage;
  if (before > 0) ::munmap(begin, before);
  if (before < kHugePage) ::munmap(begin + before + size, kHugePage - before);
  return begin + before;
}

// Whoever reads here and there in a file of many megabytes waits for its pages' addresses more than for its bytes. The
// kernel makes what it can of this advice: some file systems none of it, others only of what is not in memory yet.
void AskForHugePages(void* address, std::size_t size) {
  (void)::madvise(address, size, MADV_HUGEPAGE);
  (void)::madvise(address, size, MADV_COLLAPSE);
}

}  // namespace

base::Result<MappedFile> MappedFile::Map(const base::FileDescriptor& file) {
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) return base::ErrnoError(errno, "look at the file to map");
  if (!S_ISREG(status.st_mode)) return base::Error{base::ErrorCode::kInvalidArgument, "not a regular file"};
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return MappedFile();
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t whole_pages = (size + page - 1) / page * page;
  char* const place = size >= kHugePage ? Reserve(whole_pages) : nullptr;
  const int flags = MAP_SHARED | (place != nullptr ? MAP_FIXED : 0);
  void* address = ::mmap(place, size, PROT_READ, flags, file.get(), 0);
  if (address == MAP_FAILED) {
    const int why = errno;
    if (place != nullptr) ::munmap(place, whole_pages);
    return base::ErrnoError(why, "map the file");
  }
  if (place != nullptr) AskForHugePages(address, size);
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
