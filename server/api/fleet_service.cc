#include "server/api/fleet_service.h"

#include <algorithm>
#include <set>

#include "platform/base/logging.h"
#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"

namespace vigie::server::api {

using base::Error;
using base::ErrorCode;
using base::Result;

void FleetService::Describe(v1::AgentStatus& status, const std::vector<v1::RefusedPeer>& refused) const {
  const auto presence = deps_.sessions.Describe(status);
  const auto own = std::ranges::find(refused, status.id(), [](const auto& peer) { return peer.agent_id(); });
  DescribeState(presence, own == refused.end() ? nullptr : &*own, deps_.clock.Now(), status);
}

Result<void> FleetService::List(const v1::ListAgentsRequest& request, v1::ListAgentsResponse& response) {
  const std::vector<v1::RefusedPeer> refused = deps_.refused.List();
  std::set<std::string> ids;
  for (const v1::RefusedPeer& peer : refused) ids.insert(peer.agent_id());
  auto page = board_.List(request, ids, deps_.clock.Now());
  if (!page) return page.error();
  for (const std::string& id : page->ids) {
    auto agent = deps_.store.FindAgent(id);
    if (!agent) return agent.error();
    if (!*agent) continue;
    Describe((*agent)->status, refused);
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
    if (revoked) Describe(*response, {});
    return revoked;
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

}  // namespace vigie::server::api
