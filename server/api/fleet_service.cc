#include "server/api/fleet_service.h"

namespace vigie::server::api {

grpc::Status FleetService::ListAgents(grpc::ServerContext* context, const v1::ListAgentsRequest*,
                                      v1::ListAgentsResponse* response) {
  return authorization_.ForAnalyst(*context, [&]() -> base::Result<void> {
    auto agents = store_.ListAgents();
    if (!agents) return agents.error();
    for (AgentRecord& agent : *agents) {
      sessions_.Describe(agent.status);
      *response->add_agents() = std::move(agent.status);
    }
    return {};
  });
}

}  // namespace vigie::server::api
