#pragma once

#include <string>
#include <vector>

#include "vigie/v1/fleet_service.pb.h"

namespace vigie::server::api {

// Which customer indexes those whose serialised heartbeats these are inspect with. One that does not parse is skipped.
v1::ListIndexesResponse CountIndexes(const std::vector<std::string>& heartbeats);

}  // namespace vigie::server::api
