#pragma once

#include <cstdint>
#include <optional>

#include "platform/base/result.h"
#include "platform/process_info.h"

namespace vigie::platform {

// The process that has this pid now, if it is the one that is meant (a start time of 0 means any); else kNotFound.
base::Result<ProcessId> IdentifyLiving(ProcessId process);

// The inode of the pipe that it has as its standard output.
std::optional<std::uint64_t> OutputPipeOf(std::int32_t pid);

}  // namespace vigie::platform
