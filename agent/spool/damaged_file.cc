#include "agent/spool/damaged_file.h"

#include <fmt/format.h>

#include <filesystem>

namespace vigie::agent::spool {

base::Result<std::string> SetAside(const std::string& path) {
  constexpr int kKept = 10;
  std::error_code error;
  std::string name = path + ".damaged";
  for (int i = 1; i < kKept && std::filesystem::exists(name, error); ++i) name = fmt::format("{}.damaged.{}", path, i);
  std::filesystem::rename(path, name, error);
  if (error) return base::ErrnoError(error.value(), "set " + path + " aside");
  for (const char* suffix : {"-wal", "-shm"}) {
    std::error_code ignored;  // there may be none
    std::filesystem::rename(path + suffix, name + suffix, ignored);
  }
  return name;
}

}  // namespace vigie::agent::spool
