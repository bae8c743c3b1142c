#include "server/api/access_service.h"

#include <map>

#include "core/credentials/certificates.h"
#include "proto/contract/time_conversion.h"
#include "server/api/people.h"

namespace vigie::server::api {
namespace {

using base::Result;

Result<void> CheckRequest(const v1::CreateApiTokenRequest& request, Store& store) {
  if (auto good = CheckName(request.name()); !good) return good;
  if (auto good = CheckRole(request.role()); !good) return good;
  return CheckOwner(store, {request.name(), request.role()});
}

// Of users' own tokens, the users'.
Result<std::map<std::string, std::string>> RolesOfUsers(Store& store) {
  const auto users = store.ListUsers();
  if (!users) return users.error();
  std::map<std::string, std::string> roles;
  for (const User& user : *users) roles.emplace(NameKey(user.name), user.role);
  return roles;
}

}  // namespace

grpc::Status AccessService::CreateApiToken(grpc::ServerContext* context, const v1::CreateApiTokenRequest* request,
                                           v1::CreateApiTokenResponse* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    if (auto good = CheckRequest(*request, deps_.store); !good) return good;
    const std::string token = credentials::CreateToken();
    auto kept = deps_.lane.Run([&](StoreTransaction& transaction) {
      return transaction.AddApiToken(
          {credentials::TokenHash(token), request->name(), request->role(), deps_.clock.Now()});
    });
    if (kept) response->set_token(token);
    return kept;
  });
}

grpc::Status AccessService::ListApiTokens(grpc::ServerContext* context, const v1::ListApiTokensRequest*,
                                          v1::ListApiTokensResponse* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    const auto tokens = deps_.store.ListApiTokens();
    if (!tokens) return tokens.error();
    const auto roles = RolesOfUsers(deps_.store);
    if (!roles) return roles.error();
    for (const ApiToken& token : *tokens) {
      const auto owner = roles->find(NameKey(token.name));
      v1::ApiTokenStatus& status = *response->add_tokens();
      status.set_name(token.name);
      status.set_role(owner == roles->end() ? token.role : owner->second);
      if (token.created_at != base::SystemTime{}) *status.mutable_created_at() = contract::ToProto(token.created_at);
    }
    return {};
  });
}

grpc::Status AccessService::RevokeApiToken(grpc::ServerContext* context, const v1::RevokeApiTokenRequest* request,
                                           v1::RevokeApiTokenResponse*) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    return deps_.lane.Run([&](StoreTransaction& transaction) -> Result<void> {
      const auto owner = transaction.FindUser(request->name());
      if (!owner) return owner.error();
      const bool has_password = *owner && !(*owner)->one_time_password;
      const Result<void> others = has_password ? Result<void>() : CheckOtherAdmin(deps_.store, request->name());
      return others ? transaction.RemoveApiToken(request->name()) : others;
    });
  });
}

}  // namespace vigie::server::api
