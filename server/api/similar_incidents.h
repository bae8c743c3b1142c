#pragma once

#include <functional>

#include "server/store.h"
#include "vigie/v1/incident_service.pb.h"

namespace vigie::server::api {

// For lists and watchers: without records and event ids.
void RemoveDetails(v1::Incident& incident);

// Those like this one, as SimilarIncidents says. Reads all incidents once, some hundred at a time. kNotFound;
// kCancelled once `has_gone`, who asked.
base::Result<v1::SimilarIncidentsResponse> FindSimilar(
    const v1::SimilarIncidentsRequest& request, Store& store,
    const std::function<bool()>& has_gone = [] { return false; });

}  // namespace vigie::server::api
