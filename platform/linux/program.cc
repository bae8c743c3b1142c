#include "platform/program.h"

#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstddef>

namespace vigie::platform {

base::Result<std::string> ExecutablePath() {
  std::string path(PATH_MAX, '\0');
  const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
  if (size < 0) return base::ErrnoError(errno, "find the path of this program");
  path.resize(static_cast<std::size_t>(size));
  return path;
}

bool StandardErrorIsTerminal() {
  return ::isatty(STDERR_FILENO) == 1;
}

}  // namespace vigie::platform
