#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/evidence/digest.h"
#include "platform/base/clock.h"
#include "server/intake.h"
#include "vigie/v1/agent_service.pb.h"
#include "vigie/v1/event.pb.h"
#include "vigie/v1/evidence.pb.h"

namespace vigie::server::ingest {

inline constexpr std::chrono::hours kMaxAhead{24};
// Fields that this version does not know: so much a newer agent may add. They are dropped, the event is taken.
inline constexpr std::size_t kMaxUnknownBytes = 4096;
// Sequences and epochs beyond it are none; JSON's numbers end there, too (RFC 8259, section 6).
inline constexpr std::uint64_t kMaxSequence = (std::uint64_t{1} << 53) - 1;

struct CheckedEvent {
  std::uint64_t sequence = 0;
  v1::Event event;      // with received_at, host and clock_offset
  std::string refusal;  // field and rule, never a value; empty = it is believed
  bool had_unknown_fields = false;
  evidence::Digest digest{};  // evidence::EventDigest
  bool sealed = false;        // its host has signed what is kept of it
  bool broken_link = false;   // it does not follow the one before it in the batch
};

// What came in one message. Sequences need not rise; whoever takes them in sees to that.
struct CheckedBatch {
  std::uint64_t boot_epoch = 0;
  bool ahead = false;
  std::vector<CheckedEvent> events;
  std::size_t bytes = 0;  // of the events as they came: what credits count
  base::SystemTime received_at{};
  std::optional<v1::EvidenceBatch> seal{};  // that the host has signed, and with its certificate
};

struct BatchOrigin {
  const AgentIdentity& agent;
  base::SystemTime received_at;
};

// Each event is believed or refused alone: it parses, is the one that was signed, is valid, its agent's own, from its
// host, of one epoch that is not after the greeting's, not from the future, its record sets readable and of the size
// they say. Errors are kInvalidArgument and name the rule: it is no batch (empty, more than contract::kMaxBatchEvents
// or kMaxBatchBytes, as many sequences as encoded events); nothing of it may be taken then. Pure; any thread.
base::Result<CheckedBatch> CheckBatch(v1::EventBatch batch, const BatchOrigin& origin);

// Whether this event of this agent is believed. Errors name field and rule, never a value.
base::Result<void> CheckEvent(const v1::Event& event, const AgentIdentity& agent, base::SystemTime now);

}  // namespace vigie::server::ingest
