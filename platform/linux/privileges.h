#pragma once

#include "platform/base/result.h"

namespace vigie::platform {

// Root becomes nobody; all capabilities go, none can come back (no_new_privs), nobody may trace this process or dump
// its memory. The signal that the parent's death sends us stays set. For good.
base::Result<void> DropPrivileges();

}  // namespace vigie::platform
