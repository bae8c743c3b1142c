#pragma once

#include <chrono>

#include "platform/base/clock.h"
#include "server/intake.h"
#include "vigie/v1/event.pb.h"

namespace vigie::server::ingest {

inline constexpr std::chrono::hours kMaxAhead{24};

// Not empty, at most contract::kMaxBatchEvents and kMaxBatchBytes, one epoch, sequences rising from 1. Errors are
// kInvalidArgument and name the rule.
base::Result<void> CheckBatch(const v1::EventBatch& batch);

// Whether this event of this agent is believed: valid, its own, from its host, not from the future, its record set
// readable. Errors name field and rule, never a value.
base::Result<void> CheckEvent(const v1::Event& event, const AgentIdentity& agent, base::SystemTime now);

}  // namespace vigie::server::ingest
