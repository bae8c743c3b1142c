#include "server/api/store_service.h"

namespace vigie::server::api {

grpc::Status StoreService::RunRetention(grpc::ServerContext* context, const v1::RunRetentionRequest* request,
                                        v1::RunRetentionResponse* response) {
  return authorization_.ForAnalyst(*context, [&]() -> base::Result<void> {
    auto ran = retention_.Run(request->dry_run());
    if (!ran) return ran.error();
    *response = *std::move(ran);
    return {};
  });
}

grpc::Status StoreService::GetRetention(grpc::ServerContext* context, const v1::GetRetentionRequest*,
                                        v1::RetentionStatus* response) {
  return authorization_.ForAnalyst(*context, [&]() -> base::Result<void> {
    *response = retention_.Status();
    return {};
  });
}

}  // namespace vigie::server::api
