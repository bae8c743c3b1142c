#pragma once

#include <nlohmann/json_fwd.hpp>

#include "vigie/v1/fleet_service.pb.h"

namespace vigie::cli {

// An agent as `vigie agents list --output json` writes it; every key is always there.
nlohmann::ordered_json AgentJson(const v1::AgentStatus& agent);

}  // namespace vigie::cli
