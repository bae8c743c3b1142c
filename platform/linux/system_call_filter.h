#pragma once

#include "platform/base/result.h"

namespace vigie::platform {

// Leaves this process (all its threads) the system calls that compute, read given descriptors and talk over
// kWorkerSocketNumber; see the tables in the source file. What a library tries harmlessly (open a file, write to
// standard error) fails with EACCES or EPERM; anything else kills the process. Needs no_new_privs. For good.
// `second_socket`: one more to talk over; -1 = none.
base::Result<void> RestrictSystemCalls(int second_socket = -1);

}  // namespace vigie::platform
