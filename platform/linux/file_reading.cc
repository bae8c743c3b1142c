#include "platform/base/file_reading.h"

#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace vigie::base {

Result<std::size_t> ReadAt(const FileDescriptor& file, std::uint64_t offset, std::span<char> into) {
  std::size_t filled = 0;
  while (filled < into.size()) {
    const auto count =
        ::pread(file.get(), into.data() + filled, into.size() - filled, static_cast<off_t>(offset + filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ErrnoError(errno, "read file");
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  return filled;
}

// Its size is not asked for: a server might have to tell.
std::optional<std::string> ReadCached(const FileDescriptor& file, std::size_t limit) {
  constexpr std::size_t kFirst = std::size_t{16} << 10;
  std::string bytes;
  for (std::size_t filled = 0; filled <= limit;) {
    if (filled == bytes.size()) bytes.resize(std::min(std::max(kFirst, 4 * filled), limit + 1));
    const iovec rest{bytes.data() + filled, bytes.size() - filled};
    const auto count = ::preadv2(file.get(), &rest, 1, static_cast<off_t>(filled), RWF_NOWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::nullopt;
    if (count == 0) return bytes.resize(filled), bytes;
    filled += static_cast<std::size_t>(count);
  }
  return std::nullopt;
}

Result<std::uint64_t> SizeOf(const FileDescriptor& file) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return ErrnoError(errno, "ask for the size of a file");
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace vigie::base
