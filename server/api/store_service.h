#pragma once

#include "server/api/authorization.h"
#include "server/retention.h"
#include "vigie/v1/store_service.grpc.pb.h"

namespace vigie::server::api {

class StoreService final : public v1::StoreService::Service {
 public:
  StoreService(Retention& retention, Authorization& authorization)
      : retention_(retention), authorization_(authorization) {}

  // Keeps its thread until the run ends.
  grpc::Status RunRetention(grpc::ServerContext* context, const v1::RunRetentionRequest* request,
                            v1::RunRetentionResponse* response) override;
  grpc::Status GetRetention(grpc::ServerContext* context, const v1::GetRetentionRequest* request,
                            v1::RetentionStatus* response) override;

 private:
  Retention& retention_;
  Authorization& authorization_;
};

}  // namespace vigie::server::api
