#pragma once

#include <memory>

#include "platform/write_guard.h"

namespace vigie::platform {

// The write guard of a machine that cannot have one, and why.
std::unique_ptr<WriteGuard> MakeMissingWriteGuard(base::Error reason);

}  // namespace vigie::platform
