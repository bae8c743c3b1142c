#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "platform/base/result.h"

// Whole reads and writes on descriptors, repeated after interruptions. `name` names the file in errors.
namespace vigie::platform {

// From the descriptor's offset to its end; kResourceExhausted if there are more than `limit` bytes.
base::Result<std::string> ReadToEnd(int descriptor, std::uint64_t limit, const std::string& name);

base::Result<void> WriteAll(int descriptor, std::string_view content, const std::string& name);

// The beginning of a file, at most `limit` bytes: for the small files of /proc and /sys.
base::Result<std::string> ReadHead(const std::string& path, std::size_t limit);

}  // namespace vigie::platform
