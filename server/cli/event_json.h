#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "vigie/v1/event.pb.h"

namespace vigie::cli {

// An event as `vigie events query --output json` writes it; every key is always there. A gap has activity "gap" and a
// "gap" object.
nlohmann::ordered_json EventJson(const v1::Event& event);

// On one line; bytes that are not UTF-8 become U+FFFD.
std::string JsonLine(const nlohmann::ordered_json& json);

}  // namespace vigie::cli
