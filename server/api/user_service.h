#pragma once

#include <functional>
#include <string>

#include "server/api/authorization.h"
#include "server/api/password_checks.h"
#include "server/write_lane.h"
#include "vigie/v1/user_service.grpc.pb.h"

namespace vigie::server::api {

struct UserServiceDeps {
  Store& store;
  WriteLane& lane;
  const base::Clock& clock;
  Authorization& authorization;
  PasswordChecks& checks;
};

// Thread-safe.
class UserService final : public v1::UserService::Service {
 public:
  explicit UserService(UserServiceDeps deps) : deps_(deps) {}

  grpc::Status CreateUser(grpc::ServerContext* context, const v1::CreateUserRequest* request,
                          v1::CreateUserResponse* response) override;
  grpc::Status ListUsers(grpc::ServerContext* context, const v1::ListUsersRequest* request,
                         v1::ListUsersResponse* response) override;
  grpc::Status SetUserRole(grpc::ServerContext* context, const v1::SetUserRoleRequest* request,
                           v1::UserStatus* response) override;
  grpc::Status SetUserDisabled(grpc::ServerContext* context, const v1::SetUserDisabledRequest* request,
                               v1::UserStatus* response) override;
  grpc::Status ResetPassword(grpc::ServerContext* context, const v1::ResetPasswordRequest* request,
                             v1::ResetPasswordResponse* response) override;
  grpc::Status RemoveUser(grpc::ServerContext* context, const v1::RemoveUserRequest* request,
                          v1::RemoveUserResponse* response) override;

 private:
  base::Result<void> Create(const v1::CreateUserRequest& request, v1::CreateUserResponse& response);
  enum class Tokens { kStay, kEnd };
  // `change` alters the user, who is then saved with another stamp: his sessions end, and with his API tokens those
  // that began with one.
  base::Result<User> Change(const std::string& name, Tokens tokens, const std::function<void(User&)>& change);
  base::Result<void> Remove(const std::string& name, StoreTransaction& transaction);
  base::Result<void> EndTokens(const std::string& name, StoreTransaction& transaction);

  const UserServiceDeps deps_;
};

}  // namespace vigie::server::api
