#include "platform/base/memory_gauge.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>

#include "platform/base/file_reading.h"

namespace vigie::base {
namespace {

// The second number of /proc/self/statm, in pages (proc(5)).
Result<std::uint64_t> ParseResidentPages(std::string_view line) {
  const auto space = line.find(' ');
  std::uint64_t pages = 0;
  if (space == std::string_view::npos) return Error{ErrorCode::kInternal, "/proc/self/statm has one field only"};
  const auto rest = line.substr(space + 1);
  const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), pages);
  if (parsed.ec != std::errc()) return Error{ErrorCode::kInternal, "/proc/self/statm: the second field is no number"};
  return pages;
}

}  // namespace

Result<MemoryGauge> MemoryGauge::Open() {
  FileDescriptor statm(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC));
  if (!statm) return ErrnoError(errno, "open /proc/self/statm");
  return MemoryGauge(std::move(statm));
}

Result<std::uint64_t> MemoryGauge::ResidentBytes() const {
  std::array<char, 128> line{};
  const auto count = ReadAt(source_, 0, line);
  if (!count) return count.error();
  const auto pages = ParseResidentPages({line.data(), *count});
  if (!pages) return pages.error();
  static const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return *pages * page_bytes;
}

}  // namespace vigie::base
