#pragma once

#include <string>
#include <vector>

#include "platform/base/result.h"

namespace vigie::server {

// Whether what the store at `path` keeps fits together, beside whoever uses it: SQLite's own checks of pages and
// references, that every message can be read and its columns say what it says, high-water marks against the sequences
// of the events, incidents against their linked events, sightings and the unions of days against the events, how many
// events roll-ups count, the chain of the audit, and that of the events with what their hosts have signed. One sentence
// for each fault, at most kMostFaults of each kind; empty = all is well. An error if it cannot be looked at. Reads
// everything: some minutes for ten million events; memory for one high-water mark and one day of a holder at a time.
inline constexpr std::size_t kMostFaults = 20;
base::Result<std::vector<std::string>> CheckStore(const std::string& path);

}  // namespace vigie::server
