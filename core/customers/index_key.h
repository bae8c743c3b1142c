#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "platform/base/result.h"
#include "platform/file_system.h"

namespace vigie::customers {

// The tenant's secret, without which an index cannot be built or searched (README.md says what it protects and what
// not).
using IndexKey = std::array<std::byte, 32>;

// A new random key, written to `path` with mode 0600. kAlreadyExists rather than overwriting: indexes built with the
// old key would be lost.
base::Result<void> CreateIndexKey(platform::FileSystem& files, const std::string& path);

// The 32 bytes at `path`. kFailedPrecondition, with what to do, if others than the owner can read the file.
base::Result<IndexKey> ReadIndexKey(platform::FileSystem& files, const std::string& path);

}  // namespace vigie::customers
