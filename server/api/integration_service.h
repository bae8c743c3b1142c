#pragma once

#include "server/api/authorization.h"
#include "server/integrations.h"
#include "vigie/v1/integration_service.grpc.pb.h"

namespace vigie::server::api {

class IntegrationService final : public v1::IntegrationService::Service {
 public:
  IntegrationService(Integrations& integrations, Authorization& authorization)
      : integrations_(integrations), authorization_(authorization) {}

  grpc::Status ListIntegrations(grpc::ServerContext* context, const v1::ListIntegrationsRequest* request,
                                v1::ListIntegrationsResponse* response) override;
  // Keeps its thread until the other side has answered.
  grpc::Status TestIntegration(grpc::ServerContext* context, const v1::TestIntegrationRequest* request,
                               v1::TestIntegrationResponse* response) override;

 private:
  Integrations& integrations_;
  Authorization& authorization_;
};

}  // namespace vigie::server::api
