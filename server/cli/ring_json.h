#pragma once

#include <nlohmann/json_fwd.hpp>

#include "vigie/v1/fleet_service.pb.h"

namespace vigie::cli {

// A ring as `--output json` writes it. `applied`, `workstations` and `connected` are those of ListRings only.
nlohmann::ordered_json RingJson(const v1::Ring& ring);

// What is promoted or rolled back, for people: each ring on a line.
void WriteRings(const google::protobuf::RepeatedPtrField<v1::Ring>& rings, bool counted, std::ostream& out);

}  // namespace vigie::cli
