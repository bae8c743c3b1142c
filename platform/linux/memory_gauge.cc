#include "platform/base/memory_gauge.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>

#include "platform/base/file_reading.h"

namespace vigie::base {
namespace {

// The second and third number of /proc/self/statm, in pages (proc(5)).
struct Pages {
  std::uint64_t resident = 0;
  std::uint64_t of_files = 0;
};

Result<Pages> ParsePages(std::string_view line) {
  const Error malformed{ErrorCode::kInternal, "/proc/self/statm: the second and third field are no numbers"};
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return malformed;
  Pages pages;
  const char* const end = line.data() + line.size();
  const auto resident = std::from_chars(line.data() + space + 1, end, pages.resident);
  if (resident.ec != std::errc() || resident.ptr == end) return malformed;
  const auto of_files = std::from_chars(resident.ptr + 1, end, pages.of_files);
  return of_files.ec == std::errc() ? Result<Pages>(pages) : malformed;
}

Result<Pages> ReadPages(const FileDescriptor& statm) {
  std::array<char, 128> line{};
  const auto count = ReadAt(statm, 0, line);
  if (!count) return count.error();
  return ParsePages({line.data(), *count});
}

std::uint64_t PageBytes() {
  static const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return page_bytes;
}

}  // namespace

Result<MemoryGauge> MemoryGauge::Open() {
  FileDescriptor statm(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC));
  if (!statm) return ErrnoError(errno, "open /proc/self/statm");
  return MemoryGauge(std::move(statm));
}

Result<std::uint64_t> MemoryGauge::PrivateBytes() const {
  const auto pages = ReadPages(source_);
  if (!pages) return pages.error();
  return (pages->resident - std::min(pages->resident, pages->of_files)) * PageBytes();
}

}  // namespace vigie::base
