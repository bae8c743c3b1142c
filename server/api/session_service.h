#pragma once

#include "server/api/authorization.h"
#include "server/api/password_checks.h"
#include "server/api/password_sign_in.h"
#include "server/write_lane.h"
#include "vigie/v1/session_service.grpc.pb.h"

namespace vigie::server::api {

struct SessionServiceDeps {
  Store& store;
  WriteLane& lane;
  const base::Clock& clock;
  Authorization& authorization;
  const AuditTrail& trail;
  PasswordChecks& checks;
};

// Says who calls, and leaves in the audit when he began and ended; lets users in by their passwords. Thread-safe.
class SessionService final : public v1::SessionService::Service {
 public:
  explicit SessionService(SessionServiceDeps deps) : deps_(deps), sign_in_(deps.store, deps.checks, deps.clock) {}

  grpc::Status SignIn(grpc::ServerContext* context, const v1::SignInRequest* request,
                      v1::SignInResponse* response) override;
  grpc::Status SignInWithPassword(grpc::ServerContext* context, const v1::SignInWithPasswordRequest* request,
                                  v1::SignInWithPasswordResponse* response) override;
  grpc::Status ChangePassword(grpc::ServerContext* context, const v1::ChangePasswordRequest* request,
                              v1::ChangePasswordResponse* response) override;
  grpc::Status GetCaller(grpc::ServerContext* context, const v1::GetCallerRequest* request,
                         v1::GetCallerResponse* response) override;
  grpc::Status SignOut(grpc::ServerContext* context, const v1::SignOutRequest* request,
                       v1::SignOutResponse* response) override;

 private:
  base::Result<User> Check(const grpc::ServerContext& context, const std::string& name, const std::string& password);
  base::Result<void> Change(const grpc::ServerContext& context, const v1::ChangePasswordRequest& request);

  const SessionServiceDeps deps_;
  PasswordSignIn sign_in_;
};

}  // namespace vigie::server::api
