#pragma once

#include <chrono>

#include "platform/base/clock.h"
#include "vigie/v1/agent_service.pb.h"
#include "vigie/v1/fleet_service.pb.h"

namespace vigie::server {

// What an agent says of itself, into what is kept or shown of it.
void CopyHealth(const v1::Heartbeat& heartbeat, v1::AgentStatus& status);

// The collector's clock minus the host's, at a valid heartbeat that came at `now`: what the agent measured if it can be
// true, which is if it fits what its clock shows in this heartbeat, or `former`, which was believed last (a heartbeat
// may have waited on its way). If it fits neither, what its clock shows: the host's clock was stepped, or the agent
// lies. If the agent measured nothing, `former`.
std::chrono::nanoseconds BelievedOffset(std::chrono::nanoseconds former, const v1::Heartbeat& heartbeat,
                                        base::SystemTime now);

}  // namespace vigie::server
