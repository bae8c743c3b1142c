#include "server/api/metrics_service.h"

namespace vigie::server::api {

grpc::Status MetricsService::GetMetrics(grpc::ServerContext* context, const v1::GetMetricsRequest* /*request*/,
                                        v1::GetMetricsResponse* response) {
  return authorization_.ForAnalyst(*context, [&]() -> base::Result<void> {
    response->set_text(metrics_.Text());
    return {};
  });
}

}  // namespace vigie::server::api
