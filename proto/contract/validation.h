#pragma once

#include <cstddef>

#include "platform/base/result.h"
#include "vigie/v1/agent_service.pb.h"
#include "vigie/v1/event.pb.h"

// What makes a message valid, beyond what its types say. Both ends use it: the agent before it spools, the collector before it
// believes. Errors name the field and the rule, never the value.
namespace vigie::contract {

inline constexpr std::size_t kMaxBatchBytes = std::size_t{3} << 20;
inline constexpr int kMaxBatchEvents = 1000;
inline constexpr std::size_t kMaxEventBytes = std::size_t{1} << 20;

base::Result<void> ValidateEvent(const v1::Event& event);
base::Result<void> ValidateHello(const v1::Hello& hello);

// "agent/epoch/sequence", the event's id wherever one is shown.
std::string EventId(const v1::Event& event);

}  // namespace vigie::contract
