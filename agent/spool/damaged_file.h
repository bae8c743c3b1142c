#pragma once

#include <string>

#include "platform/base/result.h"

namespace vigie::agent::spool {

// Renames a damaged database (with its write-ahead log) to the first free of PATH.damaged, PATH.damaged.1, … for
// whoever wants to mend it, and returns that name. At most ten are kept: the last name is reused.
base::Result<std::string> SetAside(const std::string& path);

}  // namespace vigie::agent::spool
