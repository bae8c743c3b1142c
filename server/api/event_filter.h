#pragma once

#include "vigie/v1/event_service.pb.h"

namespace vigie::server::api {

// Whether all that the filter says holds of the event (EventFilter). Gaps match only an empty one.
bool Matches(const v1::EventFilter& filter, const v1::Event& event);
bool FindsClass(const v1::Event& event, const std::string& name);

}  // namespace vigie::server::api
