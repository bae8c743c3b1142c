#include "server/api/attribution_service.h"

namespace vigie::server::api {

grpc::Status AttributionService::Attribute(grpc::ServerContext* context, const v1::AttributeRequest* request,
                                           v1::AttributeResponse* response) {
  return authorization_.ForAnalyst(*context, [&]() -> base::Result<void> {
    auto attributed = attribution_.Attribute(*request);
    if (!attributed) return attributed.error();
    *response = *std::move(attributed);
    return {};
  });
}

}  // namespace vigie::server::api
