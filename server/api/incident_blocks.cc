#include "server/api/incident_blocks.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>
#include <tuple>

#include "proto/contract/time_conversion.h"
#include "server/api/audit_trail.h"

namespace vigie::server::api {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::chrono::hours kLongest{24 * 90};
constexpr std::ptrdiff_t kMostAgents = 100;

Error Changed(const std::string& what) {
  return {ErrorCode::kAlreadyExists, what + ": look at the incident again"};
}

// What somebody was shown as he decided, as far as it matters for whom he blocks.
Result<void> CheckShown(const v1::BlockChannelsRequest& request, const v1::Incident& incident,
                        const v1::IncidentBlock& block) {
  if (!block.user().empty() && request.user().empty())
    return Error{ErrorCode::kInvalidArgument, "user: must be given with this target, as the incident showed it"};
  if (!block.host().empty() && request.host().empty())
    return Error{ErrorCode::kInvalidArgument, "host: must be given with this target, as the incident showed it"};
  if (!block.user().empty() && request.user() != block.user())
    return Changed("user: the incident is about another one by now");
  if (!block.host().empty() && request.host() != block.host())
    return Changed("host: the incident is about another one by now");
  if (request.replaces() != incident.block().number()) return Changed("somebody has ordered another block meanwhile");
  return {};
}

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

// `applied` is sorted.
bool HasApplied(const std::vector<std::string>& applied, const std::vector<const BlockOrder*>& blocks) {
  return std::ranges::all_of(
      blocks, [&](const BlockOrder* order) { return std::ranges::binary_search(applied, order->block.order()); });
}

// 12 of inc-12
std::uint64_t NumberOf(const std::string& incident_id) {
  std::uint64_t number = 0;
  const std::size_t digits = incident_id.find('-') + 1;
  std::from_chars(incident_id.data() + digits, incident_id.data() + incident_id.size(), number);
  return number;
}

template <typename Response>
void AddBlock(const BlockOrder& order, Response& response) {
  v1::BlockInForce& block = *response.add_blocks();
  block.set_incident_id(order.block.incident_id());
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
  if (auto same = CheckShown(request, incident, block); !same) return same.error();
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

Result<void> CheckShown(const v1::LiftBlockRequest& request, const std::vector<BlockOrder>& in_force) {
  std::set<std::string> blocked;
  for (const BlockOrder& order : in_force) blocked.insert(order.block.order());
  const std::set<std::string> shown(request.orders().begin(), request.orders().end());
  if (blocked.empty() || shown == blocked) return {};
  if (shown.empty()) return Error{ErrorCode::kInvalidArgument, "orders: must name what is lifted, as it was shown"};
  return Changed("other blocks are in force by now");
}

v1::ListBlocksResponse Describe(const std::vector<BlockOrder>& blocks) {
  v1::ListBlocksResponse response;
  for (const BlockOrder& order : blocks) AddBlock(order, response);
  std::ranges::stable_sort(*response.mutable_blocks(), {},
                           [](const auto& block) { return NumberOf(block.incident_id()); });
  return response;
}

Result<void> BlockBoard::Refresh() {
  const auto read = store_.EachChangedAgent(revision_, [this](const AgentRecord& record) -> Result<void> {
    const v1::AgentStatus& status = record.status;
    std::vector<std::string> blocks(status.blocks().begin(), status.blocks().end());
    std::ranges::sort(blocks);
    agents_[status.id()] = {status.host(), std::move(blocks), status.has_revoked_at()};
    return {};
  });
  if (!read) return read.error();
  revision_ = *read;
  return {};
}

std::vector<v1::BlockedAgent> BlockBoard::Concerned(const std::vector<BlockOrder>& blocks) const {
  static const std::vector<std::string> kNone;
  const auto connections = sessions_.Connections();
  std::vector<v1::BlockedAgent> concerned;
  for (const auto& [id, agent] : agents_) {
    std::vector<const BlockOrder*> concerning;
    for (const BlockOrder& order : blocks) {
      if (order.AppliesTo(agent.host)) concerning.push_back(&order);
    }
    if (agent.revoked || concerning.empty()) continue;
    const auto found = connections.find(id);
    const bool connected = found != connections.end();
    // What it said since it was saved goes before what is kept.
    const bool has_said = connected && found->second.policy_version.has_value();
    const auto& said = has_said && found->second.blocks ? *found->second.blocks : kNone;
    v1::BlockedAgent& described = concerned.emplace_back();
    described.set_agent_id(id);
    described.set_host(agent.host);
    described.set_connected(connected);
    described.set_applied(HasApplied(has_said ? said : agent.blocks, concerning));
  }
  return concerned;
}

Result<v1::GetBlockStateResponse> BlockBoard::StateOf(const v1::Incident& incident) {
  v1::GetBlockStateResponse state;
  const std::vector<BlockOrder> blocks = sessions_.BlocksOf(incident.id());
  for (const BlockOrder& order : blocks) AddBlock(order, state);
  if (blocks.empty()) return state;
  const std::lock_guard lock(mutex_);
  if (auto read = Refresh(); !read) return read.error();
  std::vector<v1::BlockedAgent> agents = Concerned(blocks);
  state.set_concerned(agents.size());
  state.set_applied(static_cast<std::uint64_t>(std::ranges::count_if(agents, &v1::BlockedAgent::applied)));
  const auto key = [&](const v1::BlockedAgent& agent) {
    const bool elsewhere = agent.host() != incident.host();
    return std::tuple(elsewhere, elsewhere && agent.applied(), std::string_view(agent.host()),
                      std::string_view(agent.agent_id()));
  };
  const auto shown = agents.begin() + std::min(kMostAgents, std::ssize(agents));
  std::ranges::partial_sort(agents, shown, {}, key);
  for (auto agent = agents.begin(); agent != shown; ++agent) *state.add_agents() = std::move(*agent);
  return state;
}

}  // namespace vigie::server::api
