#pragma once

#include "server/api/authorization.h"
#include "vigie/v1/session_service.grpc.pb.h"

namespace vigie::server::api {

// Says who calls, and leaves in the audit when he began and ended. Thread-safe.
class SessionService final : public v1::SessionService::Service {
 public:
  explicit SessionService(Authorization& authorization) : authorization_(authorization) {}

  grpc::Status SignIn(grpc::ServerContext* context, const v1::SignInRequest* request,
                      v1::SignInResponse* response) override;
  grpc::Status GetCaller(grpc::ServerContext* context, const v1::GetCallerRequest* request,
                         v1::GetCallerResponse* response) override;
  grpc::Status SignOut(grpc::ServerContext* context, const v1::SignOutRequest* request,
                       v1::SignOutResponse* response) override;

 private:
  Authorization& authorization_;
};

}  // namespace vigie::server::api
