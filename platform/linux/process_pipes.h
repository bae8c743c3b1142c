#pragma once

#include <cstdint>

#include "platform/base/result.h"
#include "platform/process_info.h"

namespace vigie::platform {

// ProcessInfo::OutflowOf over /proc/PID/fd, and over the kernel's socket diagnosis (sock_diag(7)) for socket pairs.
base::Result<Outflow> FindOutflow(std::int32_t pid);

}  // namespace vigie::platform
