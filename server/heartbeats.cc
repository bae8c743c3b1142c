#include "server/heartbeats.h"

#include <cstdlib>

#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"

namespace vigie::server {
namespace {

constexpr std::chrono::seconds kLongestWay{15};

}  // namespace

void CopyHealth(const v1::Heartbeat& heartbeat, v1::AgentStatus& status) {
  *status.mutable_sensors() = heartbeat.sensors();
  status.set_spooled_events(heartbeat.spooled_events());
  status.set_spooled_bytes(heartbeat.spooled_bytes());
  status.set_policy_version(heartbeat.policy_version());
  status.set_outages(heartbeat.outages());
  status.set_last_outage(heartbeat.last_outage());
  *status.mutable_blocks() = heartbeat.blocks();
  if (heartbeat.has_clock_offset()) *status.mutable_clock_offset() = heartbeat.clock_offset();
}

std::chrono::nanoseconds BelievedOffset(std::chrono::nanoseconds former, const v1::Heartbeat& heartbeat,
                                        base::SystemTime now) {
  if (!heartbeat.has_clock_offset()) return former;
  const auto shown = now - contract::FromProto(heartbeat.at());
  if (std::chrono::abs(shown) > contract::kMaxClockOffset) return former;
  const std::int64_t seconds = heartbeat.clock_offset().seconds();
  constexpr std::int64_t kMost = std::chrono::seconds(contract::kMaxClockOffset).count();
  if (seconds > kMost || seconds < -kMost) return shown;
  const auto said = contract::FromProto(heartbeat.clock_offset());
  const auto near = [&](std::chrono::nanoseconds offset) { return std::chrono::abs(said - offset) <= kLongestWay; };
  return near(shown) || near(former) ? said : shown;
}

}  // namespace vigie::server
