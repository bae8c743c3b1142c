#pragma once

#include <string>

#include "platform/base/result.h"

namespace vigie::base {

// Afterwards `path` is a file that only its owner may read and write (mode 0600): an empty one if there was none. An
// existing file is not opened, so that locks which this process holds on it stay.
Result<void> EnsurePrivateFile(const std::string& path);  // body in platform/<os>/private_file.cc

}  // namespace vigie::base
