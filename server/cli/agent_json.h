#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "vigie/v1/fleet_service.pb.h"

namespace vigie::cli {

// An agent as `vigie agents list --output json` writes it; every key is always there.
nlohmann::ordered_json AgentJson(const v1::AgentStatus& agent);

// What it stands for, by its name: "behind".
std::string StateName(const v1::AgentStatus& agent);

std::int64_t OffsetMilliseconds(const google::protobuf::Duration& offset);

// A gap as `vigie agents gaps --output json` writes it.
nlohmann::ordered_json GapReportJson(const v1::GapReport& gap);

}  // namespace vigie::cli
