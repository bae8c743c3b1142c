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

State WhileConnected(const Presence& presence, base::SystemTime now, const v1::AgentStatus& status) {
  if (now - presence.heard_at > kSilence) {
    return {v1::AGENT_STATE_SILENT, "no sign of life for " + Rounded(now - presence.heard_at),
            ToProto(presence.heard_at)};
  }
  if (presence.behind_since) {
    return {v1::AGENT_STATE_BEHIND, std::to_string(status.spooled_events()) + " events wait on the workstation",
            ToProto(*presence.behind_since)};
  }
  const auto offset = FromProto(status.clock_offset());
  if (std::chrono::abs(offset) > kSkew) {
    return {v1::AGENT_STATE_SKEWED,
            "its clock is " + Rounded(std::chrono::abs(offset)) + (offset.count() < 0 ? " ahead" : " behind"),
            ToProto(presence.since)};
  }
  return {v1::AGENT_STATE_CONNECTED, "", ToProto(presence.since)};
}

State StateOf(const std::optional<Presence>& presence, const v1::RefusedPeer* refused, base::SystemTime now,
              const v1::AgentStatus& status) {
  if (status.has_revoked_at()) return {v1::AGENT_STATE_REVOKED, status.revoked_reason(), status.revoked_at()};
  if (presence) return WhileConnected(*presence, now, status);
  if (refused != nullptr) return {v1::AGENT_STATE_REFUSED, refused->reason(), refused->first_at()};
  if (!status.has_last_seen_at()) return {v1::AGENT_STATE_NEVER_SEEN, "enrolled only", status.enrolled_at()};
  const bool told =
      status.has_disconnected_at() && status.disconnected_at().seconds() >= status.last_seen_at().seconds();
  if (told) return {v1::AGENT_STATE_DISCONNECTED, status.disconnected_reason(), status.disconnected_at()};
  return {v1::AGENT_STATE_DISCONNECTED, "not back since the collector started", status.last_seen_at()};
}

}  // namespace

void DescribeState(const std::optional<Presence>& presence, const v1::RefusedPeer* refused, base::SystemTime now,
                   v1::AgentStatus& status) {
  State state = StateOf(presence, refused, now, status);
  status.set_connected(presence.has_value());
  status.set_state(state.state);
  status.set_state_reason(std::move(state.reason));
  *status.mutable_state_since() = std::move(state.since);
}

}  // namespace vigie::server::api
