#include "server/api/integration_service.h"

namespace vigie::server::api {

grpc::Status IntegrationService::ListIntegrations(grpc::ServerContext* context, const v1::ListIntegrationsRequest*,
                                                  v1::ListIntegrationsResponse* response) {
  return authorization_.ForAnalyst(*context, [&]() -> base::Result<void> {
    auto listed = integrations_.List();
    if (!listed) return listed.error();
    *response = *std::move(listed);
    return {};
  });
}

grpc::Status IntegrationService::TestIntegration(grpc::ServerContext* context,
                                                 const v1::TestIntegrationRequest* request,
                                                 v1::TestIntegrationResponse* response) {
  return authorization_.ForAnalyst(*context, [&]() -> base::Result<void> {
    auto tested = integrations_.Test(request->name());
    if (!tested) return tested.error();
    *response = *std::move(tested);
    return {};
  });
}

}  // namespace vigie::server::api
