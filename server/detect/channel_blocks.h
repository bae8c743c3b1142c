#pragma once

#include <vector>

#include "core/policy/compiled_policy.h"
#include "server/detection.h"
#include "vigie/v1/incident.pb.h"

namespace vigie::server::detect {

// What agents must refuse because of the open incidents (suppressed ones refuse nothing): the rule's channels, those of
// the last step of a sequence, for the incident's user (policies are
// compiled with both), on the one host if that is part of the subject. The policy in force decides: an incident whose
// rule is gone from it, or responds no more, blocks nothing.
std::vector<BlockOrder> BlocksOf(const std::vector<const v1::Incident*>& open, const policy::CompiledPolicy& policy);

bool SameBlocks(const std::vector<BlockOrder>& one, const std::vector<BlockOrder>& other);

}  // namespace vigie::server::detect
