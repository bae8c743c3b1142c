#pragma once

#include <optional>
#include <string>

#include "vigie/v1/activity.pb.h"
#include "vigie/v1/policy.pb.h"

namespace vigie::threshold {

// Whom an activity counts for: "host=w1,user=alice", keys sorted by name. A process is its exe, a destination its name
// or else its address. A comma or per cent sign in a value is written %2C or %25, so that different subjects never look
// alike. Nothing if the activity lacks one of the keys.
std::optional<std::string> SubjectOf(const v1::Threshold& threshold, const v1::Activity& activity);

}  // namespace vigie::threshold
