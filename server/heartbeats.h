#pragma once

#include <chrono>

#include "vigie/v1/agent_service.pb.h"
#include "vigie/v1/fleet_service.pb.h"

namespace vigie::server {

// What an agent says of itself, into what is kept or shown of it.
void CopyHealth(const v1::Heartbeat& heartbeat, v1::AgentStatus& status);

// The collector's clock minus the host's: what the agent measured if it can be true (a greeting is at most as old as
// the agent waits for its answer), else `estimate`, which is what the greeting said.
std::chrono::nanoseconds BelievedOffset(std::chrono::nanoseconds estimate, const v1::Heartbeat& heartbeat);

}  // namespace vigie::server
