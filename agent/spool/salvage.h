#pragma once

#include <optional>
#include <string>

#include "agent/spool/raw_pages.h"
#include "agent/spool/spool_table.h"
#include "platform/base/clock.h"
#include "platform/base/result.h"

namespace vigie::agent::spool {

// Puts every row that stands in a damaged spool and can still be opened into another one, in parts; what is there
// already is passed over. The gap says how many could not be opened or are missing between others, and which. What
// stood behind the last row that is left is not known to be missing. Rows that were acknowledged may come back, if the
// number that says so is lost: the collector knows them. An error is that of `into`.
base::Result<std::optional<v1::Gap>> SalvageSpool(const std::string& path, SpoolTable& into, base::SystemTime now);

}  // namespace vigie::agent::spool
