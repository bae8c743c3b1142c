#pragma once

#include <string>

#include "platform/base/result.h"

namespace vigie::agent::spool {

// Renames a damaged database (with its write-ahead log) to the first free of NAME.damaged, NAME.damaged.1, … for
// whoever wants to mend it, and returns that name. At most three are kept: the last name is reused.
base::Result<std::string> SetAside(const std::string& path, const std::string& name);

}  // namespace vigie::agent::spool
