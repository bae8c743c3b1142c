#pragma once

#include "vigie/v1/fleet_service.pb.h"

namespace vigie::server::api {

// Works out `channels` of `sensors`: of each way out what is seen, and what the policy can stop. Pure.
void DescribeCoverage(v1::AgentStatus& status);

}  // namespace vigie::server::api
