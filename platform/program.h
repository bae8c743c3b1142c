#pragma once

#include <string>

#include "platform/base/result.h"

namespace vigie::platform {

// The file that this process runs, as an absolute path: programs that belong together are found beside each other.
base::Result<std::string> ExecutablePath();

// Whether a person watches standard error: progress is shown only then.
bool StandardErrorIsTerminal();

}  // namespace vigie::platform
