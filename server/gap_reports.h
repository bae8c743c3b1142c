#pragma once

#include <string>

#include "vigie/v1/event.pb.h"
#include "vigie/v1/fleet_service.pb.h"

namespace vigie::server {

// A gap event as it is listed; times by the collector's clock.
v1::GapReport ToldGap(const v1::Event& event, const std::string& host);

// `kept`, grown over `next`, which follows it: the sequences between the two did arrive, and the reason says so.
v1::GapReport MergedGap(const v1::GapReport& kept, const v1::GapReport& next);

}  // namespace vigie::server
