#pragma once

#include "server/api/authorization.h"
#include "server/attribution.h"
#include "vigie/v1/attribution_service.grpc.pb.h"

namespace vigie::server::api {

class AttributionService final : public v1::AttributionService::Service {
 public:
  AttributionService(Attribution& attribution, Authorization& authorization)
      : attribution_(attribution), authorization_(authorization) {}

  grpc::Status Attribute(grpc::ServerContext* context, const v1::AttributeRequest* request,
                         v1::AttributeResponse* response) override;

 private:
  Attribution& attribution_;
  Authorization& authorization_;
};

}  // namespace vigie::server::api
