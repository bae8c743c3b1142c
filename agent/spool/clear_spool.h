#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/spool/spool_table.h"
#include "platform/base/clock.h"
#include "platform/base/result.h"

namespace vigie::agent::spool {

// Copies a spool of version 1 or 2, whose events stand in clear, into a sealed one, in parts; what is there already is
// passed over. The gap, if any, is what could not be read, or was lost before and not told yet. An error is that of
// `into`.
base::Result<std::optional<v1::Gap>> CopyClearSpool(const std::string& path, SpoolTable& into, base::SystemTime now);

// Gaps that a file of this version kept and no event has told; none if they cannot be read.
std::vector<v1::Gap> ReadUntoldGaps(const std::string& path);

// Numbers that must not go back: those of a file that can be opened are taken over. No error if they cannot be read.
base::Result<void> CopyNumbers(const std::string& path, SpoolTable& into);

}  // namespace vigie::agent::spool
