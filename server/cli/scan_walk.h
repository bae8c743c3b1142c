#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "platform/file_system.h"

namespace vigie::cli {

inline constexpr const char* kStandardInputPath = "-";

// Something to scan. What cannot be looked into has a reason instead.
struct ScanItem {
  enum class Kind { kFile, kStandardInput, kUnsupported, kUnreadable };
  std::string path;
  Kind kind = Kind::kFile;
  std::string reason;  // of the last two, for people
};

// Visits the file, standard input (-) or everything below the directory, in order of names. A symlink given as `path`
// is followed, those inside directories are not: what they point to is inside and visited anyway, or was not asked for.
// How many those were; an error if there is nothing at `path`.
base::Result<std::uint64_t> WalkFiles(const std::string& path, platform::FileSystem& files,
                                      const std::function<void(ScanItem)>& visit);

}  // namespace vigie::cli
