#pragma once

#include "agent/event_reporter.h"
#include "vigie/v1/activity.pb.h"

namespace vigie::agent {

// The opener's access, by the way out of somebody who gets what it writes: it is the opener who opens, and the reader
// who sends. Pure.
v1::Activity ByWayOf(const v1::Activity& opener, const v1::Activity& reader);

// Of two ways out that one access has, the one that is told: the stricter verdict; then one that leaves the machine
// before an archive, and an archive before none. Pure.
bool Outranks(const Report& one, const Report& other);

}  // namespace vigie::agent
