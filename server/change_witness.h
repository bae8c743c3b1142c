#pragma once

#include <cstdint>
#include <optional>

#include "server/store.h"

namespace vigie::server {

// Of an incident, as it was saved last.
struct IncidentStanding {
  v1::IncidentState state = v1::INCIDENT_STATE_UNSPECIFIED;
  std::uint64_t measured = 0;
  std::uint32_t distinct_customers = 0;
};

// Hears of a change inside the transaction that makes it, and writes into it what must stand or fall with it. Calls
// come inside WriteLane: one at a time. An error takes the transaction back.
class ChangeWitness {
 public:
  virtual ~ChangeWitness() = default;
  // `before` is empty if it opens here. `incident` is without records and event ids.
  virtual base::Result<void> OnIncidentSaved(const std::optional<IncidentStanding>& before,
                                             const v1::Incident& incident, StoreTransaction& transaction) = 0;
  virtual base::Result<void> OnGapAdded(const v1::GapReport& gap, StoreTransaction& transaction) = 0;
};

}  // namespace vigie::server
