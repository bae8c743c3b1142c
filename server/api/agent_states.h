#pragma once

#include <chrono>
#include <optional>

#include "platform/base/clock.h"
#include "vigie/v1/fleet_service.pb.h"

namespace vigie::server::api {

// What the sessions know of an agent that is connected.
struct Presence {
  base::SystemTime since{};                           // connected
  base::SystemTime heard_at{};                        // the last sign of life
  std::optional<base::SystemTime> behind_since = {};  // its spool has grown ever since
};

inline constexpr std::chrono::seconds kSilence{30};
inline constexpr std::chrono::seconds kSkew{60};

// What an agent's state follows from, beside presence.
struct StateFacts {
  bool revoked = false;
  bool refused = false;  // its last attempt to connect
  bool seen = false;     // ever
  std::chrono::nanoseconds clock_offset{};
};
// The gravest that holds (fleet_service.proto). Pure.
v1::AgentState StateOf(const StateFacts& facts, const std::optional<Presence>& presence, base::SystemTime now);

// Fills in state, state_reason and state_since: that of StateOf. `refused` is its last
// attempt that was refused, if there was one since it was welcomed. Pure.
void DescribeState(const std::optional<Presence>& presence, const v1::RefusedPeer* refused, base::SystemTime now,
                   v1::AgentStatus& status);

}  // namespace vigie::server::api
