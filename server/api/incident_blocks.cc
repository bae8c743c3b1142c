#include "server/api/incident_blocks.h"

#include <algorithm>
#include <set>

#include "proto/contract/time_conversion.h"
#include "server/api/audit_trail.h"

namespace vigie::server::api {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::chrono::hours kLongest{24 * 90};
constexpr int kMostAgents = 100;

Result<void> SetTarget(v1::BlockTarget target, const v1::Incident& incident, v1::IncidentBlock& block) {
  const bool of_user = target == v1::BLOCK_TARGET_USER || target == v1::BLOCK_TARGET_USER_ON_HOST;
  const bool on_host = target == v1::BLOCK_TARGET_HOST || target == v1::BLOCK_TARGET_USER_ON_HOST;
  if (!of_user && !on_host) return Error{ErrorCode::kInvalidArgument, "target: must be given"};
  if (of_user && incident.user().empty()) {
    return Error{ErrorCode::kFailedPrecondition, "the incident does not say whose channels to block"};
  }
  if (on_host && incident.host().empty()) {
    return Error{ErrorCode::kFailedPrecondition, "the incident does not say on which workstation to block"};
  }
  if (of_user) block.set_user(incident.user());
  if (on_host) block.set_host(incident.host());
  return {};
}

Result<void> SetChannels(const google::protobuf::RepeatedField<int>& channels, v1::IncidentBlock& block) {
  const std::set<int> wanted(channels.begin(), channels.end());
  if (wanted.empty()) return Error{ErrorCode::kInvalidArgument, "channels: at least one must be given"};
  for (const int channel : wanted) {
    const bool is_way_out =
        v1::Channel_IsValid(channel) && channel != v1::CHANNEL_UNSPECIFIED && channel != v1::CHANNEL_LOCAL;
    if (!is_way_out) return Error{ErrorCode::kInvalidArgument, "channels: each must be a way out"};
    block.add_channels(static_cast<v1::Channel>(channel));
  }
  return {};
}

Result<void> SetEnd(const v1::BlockChannelsRequest& request, base::SystemTime now, v1::IncidentBlock& block) {
  if (!request.has_until()) return Error{ErrorCode::kInvalidArgument, "until: must be given"};
  // Compared in seconds: a time beyond what the clock can hold is refused, not wrapped.
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const std::int64_t until = request.until().seconds();
  if (until <= seconds || until > seconds + std::chrono::seconds(kLongest).count())
    return Error{ErrorCode::kInvalidArgument, "until: must be in the future, at most 90 days away"};
  *block.mutable_until() = request.until();
  block.mutable_until()->set_nanos(0);
  return {};
}

std::vector<BlockOrder> Concerning(const std::vector<BlockOrder>& blocks, const std::string& host) {
  std::vector<BlockOrder> concerning;
  std::ranges::copy_if(blocks, std::back_inserter(concerning),
                       [&](const BlockOrder& order) { return order.AppliesTo(host); });
  return concerning;
}

bool HasApplied(const v1::AgentStatus& status, const std::vector<BlockOrder>& blocks) {
  return std::ranges::all_of(blocks, [&](const BlockOrder& order) {
    return std::ranges::find(status.blocks(), order.block.order()) != status.blocks().end();
  });
}

v1::BlockedAgent Described(const v1::AgentStatus& status, bool connected, bool applied) {
  v1::BlockedAgent agent;
  agent.set_agent_id(status.id());
  agent.set_host(status.host());
  agent.set_connected(connected);
  agent.set_applied(applied);
  return agent;
}

void AddBlock(const BlockOrder& order, v1::GetBlockStateResponse& state) {
  v1::BlockInForce& block = *state.add_blocks();
  block.set_order(order.block.order());
  block.set_user(order.block.user());
  block.set_host(order.host);
  *block.mutable_channels() = order.block.channels();
  if (order.block.has_until()) *block.mutable_until() = order.block.until();
}

}  // namespace

Result<v1::IncidentBlock> BlockOf(const v1::BlockChannelsRequest& request, const v1::Incident& incident,
                                  base::SystemTime now) {
  v1::IncidentBlock block;
  if (auto set = SetTarget(request.target(), incident, block); !set) return set.error();
  if (auto set = SetChannels(request.channels(), block); !set) return set.error();
  if (auto set = SetEnd(request, now, block); !set) return set.error();
  *block.mutable_at() = contract::ToProto(now);
  block.set_who(CallerName());
  block.set_reason(request.reason());
  return block;
}

v1::IncidentBlock LiftedNow(const std::string& reason, base::SystemTime now) {
  v1::IncidentBlock lifted;
  *lifted.mutable_lifted_at() = contract::ToProto(now);
  lifted.set_lifted_by(CallerName());
  lifted.set_lifted_reason(reason);
  return lifted;
}

Result<v1::GetBlockStateResponse> BlockStateOf(const v1::Incident& incident, const AgentSessions& sessions,
                                               Store& store) {
  v1::GetBlockStateResponse state;
  const std::vector<BlockOrder> blocks = sessions.BlocksOf(incident.id());
  for (const BlockOrder& order : blocks) AddBlock(order, state);
  if (blocks.empty()) return state;
  auto agents = store.ListAgents();
  if (!agents) return agents.error();
  std::vector<v1::BlockedAgent> described;
  for (AgentRecord& agent : *agents) {
    if (agent.status.has_revoked_at()) continue;
    const bool connected = sessions.Describe(agent.status).has_value();
    const std::vector<BlockOrder> concerning = Concerning(blocks, agent.status.host());
    if (concerning.empty()) continue;
    described.push_back(Described(agent.status, connected, HasApplied(agent.status, concerning)));
  }
  const auto rank = [&](const v1::BlockedAgent& agent) {
    if (agent.host() == incident.host()) return 0;
    return agent.applied() ? 2 : 1;
  };
  std::ranges::stable_sort(described, {}, rank);
  state.set_concerned(described.size());
  state.set_applied(static_cast<std::uint64_t>(std::ranges::count_if(described, &v1::BlockedAgent::applied)));
  if (described.size() > kMostAgents) described.resize(kMostAgents);
  for (v1::BlockedAgent& agent : described) *state.add_agents() = std::move(agent);
  return state;
}

}  // namespace vigie::server::api
