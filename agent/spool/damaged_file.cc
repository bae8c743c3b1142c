#include "agent/spool/damaged_file.h"

#include <fmt/format.h>

#include <filesystem>

namespace vigie::agent::spool {

base::Result<std::string> SetAside(const std::string& path, const std::string& name) {
  constexpr int kKept = 3;
  std::error_code error;
  std::string aside = name + ".damaged";
  for (int i = 1; i < kKept && std::filesystem::exists(aside, error); ++i) {
    aside = fmt::format("{}.damaged.{}", name, i);
  }
  std::filesystem::rename(path, aside, error);
  if (error) return base::ErrnoError(error.value(), "set " + path + " aside");
  for (const char* suffix : {"-wal", "-shm"}) {
    std::error_code ignored;  // there may be none
    std::filesystem::rename(path + suffix, aside + suffix, ignored);
  }
  return aside;
}

}  // namespace vigie::agent::spool
