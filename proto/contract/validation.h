#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "vigie/v1/agent_service.pb.h"
#include "vigie/v1/event.pb.h"

// What makes a message valid, beyond what its types say. Both ends use it: the agent before it spools, the collector
// before it believes. Errors name the field and the rule, never the value.
namespace vigie::contract {

inline constexpr std::size_t kMaxBatchBytes = std::size_t{3} << 20;
inline constexpr int kMaxBatchEvents = 1000;
inline constexpr std::size_t kMaxEventBytes = std::size_t{1} << 20;

// Longest texts, in bytes. The agent cuts what the system gives it to these.
inline constexpr std::size_t kMaxPathBytes = 8192;
inline constexpr std::size_t kMaxCommandLineBytes = 4096;
inline constexpr std::size_t kMaxUserBytes = 256;
inline constexpr std::size_t kMaxHostBytes = 253;  // RFC 1035, section 2.3.4
inline constexpr std::size_t kMaxReasonBytes = 512;
inline constexpr std::size_t kMaxNameBytes = 128;  // of a sensor, rule, class, media type, version
inline constexpr int kMaxParents = 16;
inline constexpr int kMaxLineage = 64;
inline constexpr int kMaxGapRanges = 256;
inline constexpr int kMaxIndexes = 64;  // of a workstation

// Times are checked against absolute bounds only (2020 to 2200): there is no clock here. That the bytes of a record set
// are one is for the reader of record sets to check.
bool IsSane(const google::protobuf::Timestamp& time);
base::Result<void> ValidateEvent(const v1::Event& event);
base::Result<void> ValidateHello(const v1::Hello& hello);
base::Result<void> ValidateHeartbeat(const v1::Heartbeat& heartbeat);

// A host whose clock is further off than this has not measured it.
inline constexpr std::chrono::hours kMaxClockOffset{24 * 365 * 20};
// What brings the host's times to the collector's clock; zero if nobody measured it.
std::chrono::nanoseconds ClockOffsetOf(const v1::Event& event);
// When it happened, by the collector's clock (of a gap, its end): never later than received_at, whatever the host's
// clock says.
base::SystemTime HappenedAt(const v1::Event& event);

// "agent/epoch/sequence", the event's id wherever one is shown.
std::string EventId(const v1::Event& event);

}  // namespace vigie::contract
