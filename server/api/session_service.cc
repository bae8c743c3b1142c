#include "server/api/session_service.h"

namespace vigie::server::api {
namespace {

template <typename Response>
grpc::Status TellCaller(Authorization& authorization, const grpc::ServerContext& context, Response& response) {
  return authorization.ForAnalyst(context, [&]() -> base::Result<void> {
    const v1::AuditEntry& entry = AuditedCall::Current()->entry();
    response.set_name(entry.who());
    response.set_role(entry.role());
    return {};
  });
}

}  // namespace

grpc::Status SessionService::SignIn(grpc::ServerContext* context, const v1::SignInRequest*,
                                    v1::SignInResponse* response) {
  return TellCaller(authorization_, *context, *response);
}

grpc::Status SessionService::GetCaller(grpc::ServerContext* context, const v1::GetCallerRequest*,
                                       v1::GetCallerResponse* response) {
  return TellCaller(authorization_, *context, *response);
}

grpc::Status SessionService::SignOut(grpc::ServerContext* context, const v1::SignOutRequest*, v1::SignOutResponse*) {
  return authorization_.ForAnalyst(*context, []() -> base::Result<void> { return {}; });
}

}  // namespace vigie::server::api
