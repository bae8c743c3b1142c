#pragma once

#include "platform/base/result.h"

namespace vigie::platform {

// By Landlock (https://docs.kernel.org/userspace-api/landlock.html), with everything that this kernel's version of it
// knows: no path may be opened, made, renamed, removed or executed; no TCP; no abstract sockets or signals beyond this
// process. Needs no_new_privs. For good. kUnsupported on a kernel without Landlock.
base::Result<void> BanFileSystem();

}  // namespace vigie::platform
