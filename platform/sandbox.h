#pragma once

#include <cstdint>

#include "platform/base/result.h"

namespace vigie::platform {

struct SandboxLimits {
  std::uint64_t address_space_bytes = std::uint64_t{2} << 30;
  std::uint64_t cpu_seconds = 0;  // 0 = none: the parent's deadline bounds each request
  int second_socket = -1;         // one more to talk over, beside the worker's own
};

// Gives away, for good, everything that a parser of hostile files does not need: user and group become nobody (if we
// are root), all capabilities, new privileges, the network and other namespaces where allowed, the file system
// (Landlock: nothing may be opened), every system call that is not needed to compute, to read given descriptors and to
// answer (seccomp: the process is killed), core dumps and writing of files (rlimits). Call it when single-threaded,
// before the first foreign byte. An error means that the process is not confined: exit. kUnsupported names the missing
// kernel feature.
base::Result<void> EnterSandbox(const SandboxLimits& limits);

}  // namespace vigie::platform
