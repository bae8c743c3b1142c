#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "platform/base/file_descriptor.h"
#include "platform/base/result.h"

namespace vigie::platform {

struct ChildPlan {
  std::string executable;
  std::vector<std::string> arguments;  // without the program's name
  int socket = -1;                     // becomes kWorkerSocketNumber
  // In a session of its own, behind all others where the kernel shares a processor by session (sched_autogroup of
  // sched(7)): there neither a nice value nor SCHED_IDLE counts beyond the session.
  bool behind_other_sessions = false;
};

// Forks and executes. When the calling thread ends, the child gets SIGKILL: call it on a thread that lives as long as
// children may. The error of a failed execution is the child's own errno. The caller reaps.
base::Result<pid_t> StartChild(const ChildPlan& plan);

// Kills and reaps; after `patience` (the child hangs in the kernel, or may not be killed by us) it is left alone. False
// then.
bool KillAndReap(pid_t pid, std::chrono::milliseconds patience);

}  // namespace vigie::platform
