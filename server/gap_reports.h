#pragma once

#include <string>
#include <vector>

#include "server/sequence_ranges.h"
#include "vigie/v1/event.pb.h"
#include "vigie/v1/fleet_service.pb.h"

namespace vigie::server {

// A gap event as it is listed; times by the collector's clock.
v1::GapReport ToldGap(const v1::Event& event, const std::string& host);

// `kept`, grown over `next`, which follows it: the sequences between the two did arrive, and the reason says so.
v1::GapReport MergedGap(const v1::GapReport& kept, const v1::GapReport& next);

// What is left of a list of missing ranges without these sequences; merged ones stay whole. `at_most` are left apart:
// the pieces of a range beyond that are merged.
std::vector<v1::GapReport> WithoutSequences(const v1::GapReport& missing, const SequenceRanges& sequences,
                                            std::size_t at_most);

}  // namespace vigie::server
