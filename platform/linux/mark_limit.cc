#include "platform/linux/mark_limit.h"

#include <sys/sysinfo.h>

#include <algorithm>
#include <cstdint>
#include <fstream>

#include "platform/base/logging.h"

namespace vigie::platform {
namespace {

constexpr char kLimitFile[] = "/proc/sys/fs/fanotify/max_user_marks";
constexpr std::uint64_t kMost = 1'000'000;
constexpr std::uint64_t kBytesOfMark = 2048;  // with the inode and the name that it keeps in memory; see README.md
constexpr std::uint64_t kShareOfMemory = 20;  // one part of so many

// 0: not known.
std::uint64_t CurrentLimit() {
  std::uint64_t limit = 0;
  std::ifstream(kLimitFile) >> limit;
  return limit;
}

}  // namespace

void RaiseMarkLimit() {
  struct sysinfo memory {};
  if (::sysinfo(&memory) < 0) return;
  const std::uint64_t affordable = std::uint64_t{memory.totalram} * memory.mem_unit / kShareOfMemory / kBytesOfMark;
  const std::uint64_t wanted = std::min(kMost, affordable);
  const std::uint64_t before = CurrentLimit();
  if (before == 0 || before >= wanted) return;
  std::ofstream(kLimitFile) << wanted;
  if (CurrentLimit() == wanted)
    return base::LogInfo("fs.fanotify.max_user_marks is raised from {} to {}", before, wanted);
  base::LogWarning("fs.fanotify.max_user_marks stays {}: {} files could be watched if it could be written", before,
                   wanted);
}

std::string DescribeMarkLimit() {
  const std::uint64_t limit = CurrentLimit();
  return "limit " + (limit == 0 ? std::string("unknown") : std::to_string(limit));
}

}  // namespace vigie::platform
