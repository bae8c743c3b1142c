#pragma once

#include "server/api/authorization.h"
#include "vigie/v1/audit_service.grpc.pb.h"

namespace vigie::server::api {

class AuditService final : public v1::AuditService::Service {
 public:
  AuditService(Store& store, Authorization& authorization) : store_(store), authorization_(authorization) {}

  grpc::Status ListAudit(grpc::ServerContext* context, const v1::ListAuditRequest* request,
                         v1::ListAuditResponse* response) override;
  grpc::Status VerifyAudit(grpc::ServerContext* context, const v1::VerifyAuditRequest* request,
                           v1::VerifyAuditResponse* response) override;

 private:
  Store& store_;
  Authorization& authorization_;
};

}  // namespace vigie::server::api
