#pragma once

#include "server/api/agent_sessions.h"
#include "server/api/authorization.h"
#include "vigie/v1/fleet_service.grpc.pb.h"

namespace vigie::server::api {

class FleetService final : public v1::FleetService::Service {
 public:
  FleetService(Store& store, const AgentSessions& sessions, Authorization& authorization)
      : store_(store), sessions_(sessions), authorization_(authorization) {}

  grpc::Status ListAgents(grpc::ServerContext* context, const v1::ListAgentsRequest* request,
                          v1::ListAgentsResponse* response) override;

 private:
  Store& store_;
  const AgentSessions& sessions_;
  Authorization& authorization_;
};

}  // namespace vigie::server::api
