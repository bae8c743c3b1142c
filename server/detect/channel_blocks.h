#pragma once

#include <vector>

#include "core/policy/compiled_policy.h"
#include "platform/base/clock.h"
#include "server/detection.h"
#include "vigie/v1/incident.pb.h"

namespace vigie::server::detect {

// What agents must refuse because of the open incidents. By the policy in force (not of suppressed ones, nor of those
// whose block was lifted): the rule's channels, those of the last step of a sequence, for the incident's user (policies
// are compiled with both), on the one host if that is part of the subject; an incident whose rule is gone from the
// policy, or responds no more, blocks nothing by it. And what somebody ordered, of suppressed ones, too, while it has
// neither been lifted nor ended before `now`.
std::vector<BlockOrder> BlocksOf(const std::vector<const v1::Incident*>& open, const policy::CompiledPolicy& policy,
                                 base::SystemTime now);

bool SameBlocks(const std::vector<BlockOrder>& one, const std::vector<BlockOrder>& other);

}  // namespace vigie::server::detect
