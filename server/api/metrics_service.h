#pragma once

#include "server/api/authorization.h"
#include "server/metrics_source.h"
#include "vigie/v1/metrics_service.grpc.pb.h"

namespace vigie::server::api {

class MetricsService final : public v1::MetricsService::Service {
 public:
  MetricsService(MetricsSource& metrics, Authorization& authorization)
      : metrics_(metrics), authorization_(authorization) {}

  grpc::Status GetMetrics(grpc::ServerContext* context, const v1::GetMetricsRequest* request,
                          v1::GetMetricsResponse* response) override;

 private:
  MetricsSource& metrics_;
  Authorization& authorization_;
};

}  // namespace vigie::server::api
