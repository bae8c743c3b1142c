#pragma once

#include "server/api/agent_sessions.h"
#include "server/store.h"
#include "vigie/v1/incident_service.pb.h"

namespace vigie::server::api {

// What the caller of this call orders because of the incident, from `now` on; without a number. kInvalidArgument;
// kFailedPrecondition if the incident does not say whom or what to block.
base::Result<v1::IncidentBlock> BlockOf(const v1::BlockChannelsRequest& request, const v1::Incident& incident,
                                        base::SystemTime now);

// The three fields that say that the caller of this call has lifted it.
v1::IncidentBlock LiftedNow(const std::string& reason, base::SystemTime now);

// What the sessions tell agents because of the incident, and who has applied it, as each said last: of those that are
// away, before they went.
base::Result<v1::GetBlockStateResponse> BlockStateOf(const v1::Incident& incident, const AgentSessions& sessions,
                                                     Store& store);

}  // namespace vigie::server::api
