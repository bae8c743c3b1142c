#include "server/api/session_service.h"

#include "core/credentials/certificates.h"
#include "core/credentials/passwords.h"
#include "server/api/caller_address.h"

namespace vigie::server::api {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

template <typename Response>
grpc::Status TellCaller(const SessionServiceDeps& deps, const grpc::ServerContext& context, Response& response) {
  return deps.authorization.ForAnalyst(context, [&]() -> Result<void> {
    const v1::AuditEntry& entry = AuditedCall::Current()->entry();
    response.set_name(entry.who());
    response.set_role(entry.role());
    const auto user = deps.store.FindUser(entry.who());
    if (!user) return user.error();
    response.set_has_password(user->has_value());
    return {};
  });
}

grpc::Status StatusOf(const Result<void>& answered) {
  return answered ? grpc::Status::OK : contract::ToStatus(answered.error());
}

// To be unauthenticated would end the session of a browser that asks.
Error NotAllowed(const Error& error) {
  return error.code == ErrorCode::kUnauthenticated ? Error{ErrorCode::kPermissionDenied, error.message} : error;
}

// Some type their password where the name belongs: the audit has a name only if it is a user's.
template <typename Request>
void HideUnknownName(Store& store, Request request) {
  AuditedCall* call = AuditedCall::Current();
  if (call == nullptr) return;
  const auto user = store.FindUser(request.name());
  request.set_name(user && *user ? (*user)->name : "no user's");
  call->SetRequest(request);
}

}  // namespace

grpc::Status SessionService::SignIn(grpc::ServerContext* context, const v1::SignInRequest*,
                                    v1::SignInResponse* response) {
  return TellCaller(deps_, *context, *response);
}

Result<User> SessionService::Check(const grpc::ServerContext& context, const std::string& name,
                                   const std::string& password) {
  AuditedCall* call = AuditedCall::Current();
  if (call == nullptr) return Error{ErrorCode::kInternal, "this call would not be in the audit: it is not allowed"};
  if (auto audited = deps_.trail.Admit(); !audited) return audited.error();
  auto user = sign_in_.Check(name, password, CallerAddress(context));
  if (user) call->SetCaller(user->name, user->role);
  return user;
}

grpc::Status SessionService::SignInWithPassword(grpc::ServerContext* context,
                                                const v1::SignInWithPasswordRequest* request,
                                                v1::SignInWithPasswordResponse* response) {
  HideUnknownName(deps_.store, *request);
  const auto user = Check(*context, request->name(), request->password());
  if (!user) return contract::ToStatus(user.error());
  if (user->one_time_password) {
    return contract::ToStatus({ErrorCode::kFailedPrecondition, "the password was good for once: choose another one"});
  }
  response->set_name(user->name);
  response->set_role(user->role);
  response->set_stamp(user->stamp);
  response->set_has_password(true);
  return grpc::Status::OK;
}

grpc::Status SessionService::ChangePassword(grpc::ServerContext* context, const v1::ChangePasswordRequest* request,
                                            v1::ChangePasswordResponse*) {
  HideUnknownName(deps_.store, *request);
  return StatusOf(Change(*context, *request));
}

Result<void> SessionService::Change(const grpc::ServerContext& context, const v1::ChangePasswordRequest& request) {
  const auto user = Check(context, request.name(), request.old_password());
  if (!user) return NotAllowed(user.error());
  if (auto good = credentials::CheckPassword(request.new_password(), user->name); !good) return good;
  if (request.new_password() == request.old_password())
    return Error{ErrorCode::kInvalidArgument, "password: must be another one than before"};
  const auto hash = deps_.checks.Hash(request.new_password());
  if (!hash) return hash.error();
  return deps_.lane.Run([&](StoreTransaction& transaction) -> Result<void> {
    auto kept = transaction.FindUser(user->name);
    if (!kept) return kept.error();
    if (!*kept || (*kept)->stamp != user->stamp)
      return Error{ErrorCode::kFailedPrecondition, "the user was changed meanwhile: begin again"};
    User changed = **kept;
    changed.password_hash = *hash;
    changed.stamp = credentials::TokenHash(credentials::CreateToken());
    changed.one_time_password = false;
    changed.password_set_at = deps_.clock.Now();
    return transaction.SaveUser(changed);
  });
}

grpc::Status SessionService::GetCaller(grpc::ServerContext* context, const v1::GetCallerRequest*,
                                       v1::GetCallerResponse* response) {
  return TellCaller(deps_, *context, *response);
}

grpc::Status SessionService::SignOut(grpc::ServerContext* context, const v1::SignOutRequest*, v1::SignOutResponse*) {
  return deps_.authorization.ForAnalyst(*context, []() -> Result<void> { return {}; });
}

}  // namespace vigie::server::api
