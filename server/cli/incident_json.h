#pragma once

#include <nlohmann/json_fwd.hpp>

#include "vigie/v1/incident.pb.h"

namespace vigie::cli {

// An incident as `vigie incidents list --output json` writes it; every key is always there.
nlohmann::ordered_json IncidentJson(const v1::Incident& incident);

// The same with what only GetIncident gives: "records", the sorted ids of the customers (null where the collector does
// not tell them), and "event_ids".
nlohmann::ordered_json IncidentDetailJson(const v1::Incident& incident);

}  // namespace vigie::cli
