#pragma once

#include "server/api/agent_board.h"
#include "server/api/agent_sessions.h"
#include "server/api/authorization.h"
#include "server/api/refused_peers.h"
#include "server/write_lane.h"
#include "vigie/v1/fleet_service.grpc.pb.h"

namespace vigie::server::api {

struct FleetServiceDeps {
  Store& store;
  WriteLane& lane;
  AgentSessions& sessions;
  const RefusedPeers& refused;
  Authorization& authorization;
  const base::Clock& clock;
};

class FleetService final : public v1::FleetService::Service {
 public:
  explicit FleetService(FleetServiceDeps deps) : deps_(deps), board_(deps.store, deps.sessions) {}

  grpc::Status ListAgents(grpc::ServerContext* context, const v1::ListAgentsRequest* request,
                          v1::ListAgentsResponse* response) override;
  grpc::Status RevokeAgent(grpc::ServerContext* context, const v1::RevokeAgentRequest* request,
                           v1::AgentStatus* response) override;
  grpc::Status ListGaps(grpc::ServerContext* context, const v1::ListGapsRequest* request,
                        v1::ListGapsResponse* response) override;
  grpc::Status ListRings(grpc::ServerContext* context, const v1::ListRingsRequest* request,
                         v1::ListRingsResponse* response) override;
  grpc::Status AssignRing(grpc::ServerContext* context, const v1::AssignRingRequest* request,
                          v1::AssignRingResponse* response) override;
  grpc::Status ListIndexes(grpc::ServerContext* context, const v1::ListIndexesRequest* request,
                           v1::ListIndexesResponse* response) override;

 private:
  base::Result<void> Revoke(const v1::RevokeAgentRequest& request, v1::AgentStatus& revoked);
  void Describe(v1::AgentStatus& status, const std::vector<v1::RefusedPeer>& refused) const;

  base::Result<void> List(const v1::ListAgentsRequest& request, v1::ListAgentsResponse& response);
  base::Result<void> Assign(const v1::AssignRingRequest& request, v1::AssignRingResponse& response);

  const FleetServiceDeps deps_;
  AgentBoard board_;
  std::mutex assigning_;  // the sessions hear of it in the order in which it was kept
};

}  // namespace vigie::server::api
