#pragma once

#include <iosfwd>

#include "platform/base/result.h"
#include "tests/fleet/options.h"

namespace vigie::fleet {

// The whole run, its result on `out`, its progress on `err`. SIGINT and SIGTERM end the events: what is on its way is
// still sent and checked. False if something was not as it must be.
base::Result<bool> Play(const Options& options, std::ostream& out, std::ostream& err);

}  // namespace vigie::fleet
