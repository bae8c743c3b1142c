#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "vigie/v1/fleet_service.pb.h"

namespace vigie::server::ingest {

struct IngestCounts {
  std::uint64_t accepted = 0;
  std::uint64_t ahead = 0;     // of those, before their turn
  std::uint64_t repeated = 0;  // seen before, dropped
  std::uint64_t rejected = 0;
  std::uint64_t missing = 0;                     // sequences that were skipped
  std::uint64_t given_up = 0;                    // sequences that were counted as missing, now or before, and are not
  std::map<std::string, std::uint64_t> reasons;  // of the rejected ones, and `unknown fields (dropped)`
};

inline constexpr int kMostReasons = 64;

// Adds them to what is kept of the agent; sums stop at their greatest value. Beyond kMostReasons reasons are `other`.
void AddCounts(const IngestCounts& counts, v1::AgentStatus& status);

}  // namespace vigie::server::ingest
