#pragma once

#include <cstddef>
#include <string>

#include "platform/base/result.h"

namespace vigie::cli {

// Whole content; kResourceExhausted if it is larger than `limit` bytes. Errors name the path.
base::Result<std::string> ReadTextFile(const std::string& path, std::size_t limit);

// Replaces the file.
base::Result<void> WriteFile(const std::string& path, const std::string& content);

}  // namespace vigie::cli
