#include "server/api/agent_states.h"

#include <string>

#include "proto/contract/time_conversion.h"

namespace vigie::server::api {
namespace {

using contract::FromProto;
using contract::ToProto;

struct State {
  v1::AgentState state = v1::AGENT_STATE_UNSPECIFIED;
  std::string reason;
  google::protobuf::Timestamp since;
};

std::string Rounded(std::chrono::nanoseconds time) {
  return contract::FormatDuration(std::chrono::duration_cast<std::chrono::seconds>(time));
}

std::chrono::nanoseconds OffsetOf(const v1::AgentStatus& status) {
  return FromProto(status.clock_offset());
}

State Disconnected(const v1::AgentStatus& status) {
  const bool told =
      status.has_disconnected_at() && status.disconnected_at().seconds() >= status.last_seen_at().seconds();
  if (told) return {v1::AGENT_STATE_DISCONNECTED, status.disconnected_reason(), status.disconnected_at()};
  return {v1::AGENT_STATE_DISCONNECTED, "not back since the collector started", status.last_seen_at()};
}

State Connected(v1::AgentState state, const Presence& presence, base::SystemTime now, const v1::AgentStatus& status) {
  const auto offset = OffsetOf(status);
  switch (state) {
    case v1::AGENT_STATE_SILENT:
      return {state, "no sign of life for " + Rounded(now - presence.heard_at), ToProto(presence.heard_at)};
    case v1::AGENT_STATE_BEHIND:
      return {state, std::to_string(status.spooled_events()) + " events wait on the workstation",
              ToProto(presence.behind_since.value_or(presence.since))};
    case v1::AGENT_STATE_SKEWED:
      return {state, "its clock is " + Rounded(std::chrono::abs(offset)) + (offset.count() < 0 ? " ahead" : " behind"),
              ToProto(presence.since)};
    default:
      return {state, "", ToProto(presence.since)};
  }
}

State Describe(v1::AgentState state, const std::optional<Presence>& presence, const v1::RefusedPeer* refused,
               base::SystemTime now, const v1::AgentStatus& status) {
  if (state == v1::AGENT_STATE_REVOKED) return {state, status.revoked_reason(), status.revoked_at()};
  if (presence) return Connected(state, *presence, now, status);
  if (state == v1::AGENT_STATE_REFUSED) return {state, refused->reason(), refused->first_at()};
  if (state == v1::AGENT_STATE_NEVER_SEEN) return {state, "enrolled only", status.enrolled_at()};
  return Disconnected(status);
}

}  // namespace

v1::AgentState StateOf(const StateFacts& facts, const std::optional<Presence>& presence, base::SystemTime now) {
  if (facts.revoked) return v1::AGENT_STATE_REVOKED;
  if (presence) {
    if (now - presence->heard_at > kSilence) return v1::AGENT_STATE_SILENT;
    if (presence->behind_since) return v1::AGENT_STATE_BEHIND;
    return std::chrono::abs(facts.clock_offset) > kSkew ? v1::AGENT_STATE_SKEWED : v1::AGENT_STATE_CONNECTED;
  }
  if (facts.refused) return v1::AGENT_STATE_REFUSED;
  return facts.seen ? v1::AGENT_STATE_DISCONNECTED : v1::AGENT_STATE_NEVER_SEEN;
}

void DescribeState(const std::optional<Presence>& presence, const v1::RefusedPeer* refused, base::SystemTime now,
                   v1::AgentStatus& status) {
  const StateFacts facts{status.has_revoked_at(), refused != nullptr, status.has_last_seen_at(), OffsetOf(status)};
  State state = Describe(StateOf(facts, presence, now), presence, refused, now, status);
  status.set_connected(presence.has_value());
  status.set_state(state.state);
  status.set_state_reason(std::move(state.reason));
  *status.mutable_state_since() = std::move(state.since);
}

}  // namespace vigie::server::api
