#pragma once

#include "platform/base/result.h"

namespace vigie::platform {

// How soon a thread gets a processor, and how much of it while others want it, too.
enum class ThreadPriority {
  kUrgent,  // somebody waits for each of its steps: before what is normal, and at once when it wakes
  kNormal,
  kYielding,  // interrupts nobody when it wakes, and is interrupted by whoever does
  kSpare,     // runs, and reads, only when processor and disk have nothing else to do
};

// Of the calling thread and of what it starts from now on. Processes and threads that run already keep theirs. kUrgent
// needs CAP_SYS_NICE, or a limit of nice values that allows it: kPermissionDenied otherwise, and all is as it was.
base::Result<void> SetThreadPriority(ThreadPriority priority);

}  // namespace vigie::platform
