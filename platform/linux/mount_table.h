#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vigie::platform {

// One line of /proc/self/mountinfo (https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html).
struct Mount {
  std::int64_t id = 0;  // unique while it is mounted
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  std::string root;  // the part of the file system that is seen here
  std::string mount_point;
  std::string file_system;
  std::string source;
  auto operator<=>(const Mount&) const = default;
};

// In the order of the file; a line that is none is left out.
std::vector<Mount> ParseMountTable(std::string_view text);

}  // namespace vigie::platform
