#include "server/api/user_service.h"

#include "core/credentials/certificates.h"
#include "core/credentials/passwords.h"
#include "proto/contract/time_conversion.h"
#include "server/api/people.h"

namespace vigie::server::api {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

v1::UserStatus StatusOf(const User& user) {
  v1::UserStatus status;
  status.set_name(user.name);
  status.set_role(user.role);
  status.set_disabled(user.disabled);
  status.set_one_time_password(user.one_time_password);
  *status.mutable_created_at() = contract::ToProto(user.created_at);
  *status.mutable_password_set_at() = contract::ToProto(user.password_set_at);
  return status;
}

std::string NewStamp() {
  return credentials::TokenHash(credentials::CreateToken());
}

Error Unknown() {
  return {ErrorCode::kNotFound, "there is no user of this name"};
}

Result<void> CheckRequest(const v1::CreateUserRequest& request) {
  if (auto good = CheckName(request.name()); !good) return good;
  if (auto good = CheckRole(request.role()); !good) return good;
  return request.password().empty() ? Result<void>() : credentials::CheckPassword(request.password(), request.name());
}

}  // namespace

grpc::Status UserService::CreateUser(grpc::ServerContext* context, const v1::CreateUserRequest* request,
                                     v1::CreateUserResponse* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    if (auto good = CheckRequest(*request); !good) return good;
    return Create(*request, *response);
  });
}

Result<void> UserService::Create(const v1::CreateUserRequest& request, v1::CreateUserResponse& response) {
  const bool for_once = request.password().empty();
  const std::string password = for_once ? credentials::CreateOneTimePassword() : request.password();
  auto hash = deps_.checks.Hash(password);
  if (!hash) return hash.error();
  const base::SystemTime now = deps_.clock.Now();
  const User user{.name = request.name(),
                  .role = request.role(),
                  .password_hash = *std::move(hash),
                  .stamp = NewStamp(),
                  .one_time_password = for_once,
                  .created_at = now,
                  .password_set_at = now};
  auto kept = deps_.lane.Run([&](StoreTransaction& transaction) -> Result<void> {
    // An API token of his name becomes his own, with his role: the last admin's must not go so.
    if (auto admins = CheckAdminsWith(deps_.store, user); !admins) return admins;
    return transaction.AddUser(user);
  });
  if (!kept) return kept;
  *response.mutable_user() = StatusOf(user);
  if (for_once) response.set_password(password);
  return {};
}

grpc::Status UserService::ListUsers(grpc::ServerContext* context, const v1::ListUsersRequest*,
                                    v1::ListUsersResponse* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    const auto users = deps_.store.ListUsers();
    if (!users) return users.error();
    for (const User& user : *users) *response->add_users() = StatusOf(user);
    return {};
  });
}

Result<User> UserService::Change(const std::string& name, Tokens tokens, const std::function<void(User&)>& change) {
  User changed;
  auto kept = deps_.lane.Run([&](StoreTransaction& transaction) -> Result<void> {
    const auto user = transaction.FindUser(name);
    if (!user) return user.error();
    if (!*user) return Unknown();
    changed = **user;
    change(changed);
    changed.stamp = NewStamp();
    if (auto admins = CheckAdminsWith(deps_.store, changed, tokens == Tokens::kEnd); !admins) return admins;
    if (auto ended = tokens == Tokens::kEnd ? EndTokens(changed.name, transaction) : Result<void>(); !ended)
      return ended;
    return transaction.SaveUser(changed);
  });
  if (!kept) return kept.error();
  return changed;
}

grpc::Status UserService::SetUserRole(grpc::ServerContext* context, const v1::SetUserRoleRequest* request,
                                      v1::UserStatus* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    if (auto good = CheckRole(request->role()); !good) return good;
    const auto changed = Change(request->name(), Tokens::kStay, [&](User& user) { user.role = request->role(); });
    if (!changed) return changed.error();
    *response = StatusOf(*changed);
    return {};
  });
}

grpc::Status UserService::SetUserDisabled(grpc::ServerContext* context, const v1::SetUserDisabledRequest* request,
                                          v1::UserStatus* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    const auto tokens = request->disabled() ? Tokens::kEnd : Tokens::kStay;
    const auto changed = Change(request->name(), tokens, [&](User& user) { user.disabled = request->disabled(); });
    if (!changed) return changed.error();
    *response = StatusOf(*changed);
    return {};
  });
}

grpc::Status UserService::ResetPassword(grpc::ServerContext* context, const v1::ResetPasswordRequest* request,
                                        v1::ResetPasswordResponse* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    const std::string password = credentials::CreateOneTimePassword();
    const auto hash = deps_.checks.Hash(password);
    if (!hash) return hash.error();
    const auto changed = Change(request->name(), Tokens::kEnd, [&](User& user) {
      user.password_hash = *hash;
      user.one_time_password = true;
      user.password_set_at = deps_.clock.Now();
    });
    if (!changed) return changed.error();
    response->set_password(password);
    return {};
  });
}

grpc::Status UserService::RemoveUser(grpc::ServerContext* context, const v1::RemoveUserRequest* request,
                                     v1::RemoveUserResponse*) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    return deps_.lane.Run([&](StoreTransaction& transaction) { return Remove(request->name(), transaction); });
  });
}

// With his token: else he would still come in by that.
Result<void> UserService::Remove(const std::string& name, StoreTransaction& transaction) {
  const auto user = transaction.FindUser(name);
  if (!user) return user.error();
  if (!*user) return Unknown();
  if (auto other = CheckOtherAdmin(deps_.store, name); !other) return other;
  if (auto ended = EndTokens(name, transaction); !ended) return ended;
  return transaction.RemoveUser(name);
}

// Inside the lane: nobody else makes one meanwhile.
Result<void> UserService::EndTokens(const std::string& name, StoreTransaction& transaction) {
  const auto tokens = deps_.store.ListApiTokens();
  if (!tokens) return tokens.error();
  for (const ApiToken& token : *tokens) {
    if (!SameName(token.name, name)) continue;
    if (auto removed = transaction.RemoveApiToken(token.name); !removed) return removed;
  }
  return {};
}

}  // namespace vigie::server::api
