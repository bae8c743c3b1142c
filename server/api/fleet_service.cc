#include "server/api/fleet_service.h"

#include <algorithm>
#include <set>

#include "platform/base/logging.h"
#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"
#include "server/api/channel_coverage.h"
#include "server/api/index_use.h"
#include "server/rollout_plan.h"

namespace vigie::server::api {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr int kMostMoved = 1000;

void DescribeRing(const std::vector<v1::Ring>& rings, v1::AgentStatus& status) {
  status.set_ring(RingOf(status));
  const auto ring = std::ranges::find(rings, status.ring(), &v1::Ring::name);
  if (ring != rings.end()) status.set_ring_policy_version(ring->policy_version());
}

// Whether it was in another ring.
Result<bool> Move(const std::string& id, const std::string& ring, StoreTransaction& transaction) {
  auto agent = transaction.FindAgent(id);
  if (!agent) return agent.error();
  if (!*agent) return Error{ErrorCode::kNotFound, "agent_ids: no agent has one of them (see vigie agents list)"};
  v1::AgentStatus& status = (*agent)->status;
  if (RingOf(status) == ring) return false;
  status.set_ring(ring == kDefaultRing ? "" : ring);
  if (auto saved = transaction.SaveAgent(**agent); !saved) return saved.error();
  return true;
}

}  // namespace

void FleetService::Describe(v1::AgentStatus& status, const std::vector<v1::RefusedPeer>& refused) const {
  const auto presence = deps_.sessions.Describe(status);
  const auto own = std::ranges::find(refused, status.id(), [](const auto& peer) { return peer.agent_id(); });
  DescribeState(presence, own == refused.end() ? nullptr : &*own, deps_.clock.Now(), status);
  DescribeCoverage(status);
}

Result<void> FleetService::List(const v1::ListAgentsRequest& request, v1::ListAgentsResponse& response) {
  const std::vector<v1::RefusedPeer> refused = deps_.refused.List();
  const auto plan = ReadRolloutPlan(deps_.store);
  if (!plan) return plan.error();
  AgentBoard::Beside beside{.rings = plan->rings()};
  for (const v1::RefusedPeer& peer : refused) beside.refused.insert(peer.agent_id());
  auto page = board_.List(request, beside, deps_.clock.Now());
  if (!page) return page.error();
  for (const std::string& id : page->ids) {
    auto agent = deps_.store.FindAgent(id);
    if (!agent) return agent.error();
    if (!*agent) continue;
    Describe((*agent)->status, refused);
    DescribeRing(beside.rings, (*agent)->status);
    *response.add_agents() = std::move((*agent)->status);
  }
  for (const auto& [state, agents] : page->counts) {
    v1::AgentStateCount& count = *response.add_counts();
    count.set_state(state);
    count.set_agents(agents);
  }
  for (std::string& sensor : page->sensors) response.add_sensors(std::move(sensor));
  response.set_next_page_token(page->next_page_token);
  response.set_matching(page->matching);
  for (const v1::RefusedPeer& peer : refused) *response.add_refused() = peer;
  return {};
}

grpc::Status FleetService::ListAgents(grpc::ServerContext* context, const v1::ListAgentsRequest* request,
                                      v1::ListAgentsResponse* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    if (auto listed = List(*request, *response); !listed) return listed;
    const auto [failed, words] = deps_.refused.handshakes();
    response->set_failed_handshakes(failed);
    response->set_last_failed_handshake(words);
    return {};
  });
}

grpc::Status FleetService::ListRings(grpc::ServerContext* context, const v1::ListRingsRequest*,
                                     v1::ListRingsResponse* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    const auto plan = ReadRolloutPlan(deps_.store);
    if (!plan) return plan.error();
    std::vector<v1::Ring> rings = plan->rings();
    if (auto counted = board_.CountIn(rings); !counted) return counted;
    for (v1::Ring& ring : rings) *response->add_rings() = std::move(ring);
    return {};
  });
}

Result<void> FleetService::Assign(const v1::AssignRingRequest& request, v1::AssignRingResponse& response) {
  const std::set<std::string> ids(request.agent_ids().begin(), request.agent_ids().end());
  if (ids.empty() || request.agent_ids_size() > kMostMoved)
    return Error{ErrorCode::kInvalidArgument, "agent_ids: must be 1 to 1000"};
  const std::lock_guard in_order(assigning_);
  auto written = deps_.lane.Run([&](StoreTransaction& transaction) -> Result<void> {
    // Within the lane nothing else is committed: the ring stays.
    const auto plan = ReadRolloutPlan(deps_.store);
    if (!plan) return plan.error();
    if (!plan->Has(request.ring())) return Error{ErrorCode::kNotFound, "ring: there is no ring of this name"};
    for (const std::string& id : ids) {
      const auto moved = Move(id, request.ring(), transaction);
      if (!moved) return moved.error();
      response.set_moved(response.moved() + (*moved ? 1 : 0));
    }
    return {};
  });
  if (!written) return written;
  response.set_agents_told(deps_.sessions.MoveToRing({ids.begin(), ids.end()}, request.ring()));
  return {};
}

grpc::Status FleetService::AssignRing(grpc::ServerContext* context, const v1::AssignRingRequest* request,
                                      v1::AssignRingResponse* response) {
  return deps_.authorization.ForAnalyst(*context, [&] { return Assign(*request, *response); });
}

Result<void> FleetService::Revoke(const v1::RevokeAgentRequest& request, v1::AgentStatus& revoked) {
  if (request.reason().size() > contract::kMaxReasonBytes) {
    return Error{ErrorCode::kInvalidArgument, "reason: longer than 512 bytes"};
  }
  auto written = deps_.lane.Run([&](StoreTransaction& transaction) -> Result<void> {
    auto agent = transaction.FindAgent(request.id());
    if (!agent) return agent.error();
    if (!*agent) return Error{ErrorCode::kNotFound, "no agent has this id (see vigie agents list)"};
    v1::AgentStatus& status = (*agent)->status;
    if (status.has_revoked_at()) return Error{ErrorCode::kFailedPrecondition, "this agent is revoked already"};
    *status.mutable_revoked_at() = contract::ToProto(deps_.clock.Now());
    status.set_revoked_reason(request.reason());
    revoked = status;
    return transaction.SaveAgent(**agent);
  });
  if (!written) return written;
  base::LogWarning("agent {} on {} is revoked: {}", revoked.id(), revoked.host(), request.reason());
  deps_.sessions.Disconnect(request.id(), {ErrorCode::kPermissionDenied, "this agent is revoked"});
  return {};
}

grpc::Status FleetService::RevokeAgent(grpc::ServerContext* context, const v1::RevokeAgentRequest* request,
                                       v1::AgentStatus* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    auto revoked = Revoke(*request, *response);
    if (!revoked) return revoked;
    const auto plan = ReadRolloutPlan(deps_.store);
    if (!plan) return plan.error();
    Describe(*response, {});
    DescribeRing(plan->rings(), *response);
    return {};
  });
}

grpc::Status FleetService::ListGaps(grpc::ServerContext* context, const v1::ListGapsRequest* request,
                                    v1::ListGapsResponse* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    GapQuery query{request->agent_id(), std::nullopt, request->page_size(), request->page_token(),
                   request->newest_first()};
    if (request->has_since()) query.since = contract::FromProto(request->since());
    auto page = deps_.store.ListGaps(query);
    if (!page) return page.error();
    for (v1::GapReport& gap : page->gaps) *response->add_gaps() = std::move(gap);
    response->set_next_page_token(page->next_page_token);
    return {};
  });
}

grpc::Status FleetService::ListIndexes(grpc::ServerContext* context, const v1::ListIndexesRequest*,
                                       v1::ListIndexesResponse* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    *response = CountIndexes(deps_.sessions.Heartbeats());
    return {};
  });
}

}  // namespace vigie::server::api
