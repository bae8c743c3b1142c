#include "server/api/access_service.h"

#include <algorithm>

#include "core/credentials/certificates.h"
#include "proto/contract/time_conversion.h"

namespace vigie::server::api {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kMostNameBytes = 64;
constexpr std::string_view kReserved[] = {"unknown", "enrolment", "collector"};  // the audit's own

Result<void> CheckRequest(const v1::CreateApiTokenRequest& request) {
  const std::string& name = request.name();
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-@").find(c) != std::string_view::npos;
  };
  if (name.empty() || name.size() > kMostNameBytes || !std::ranges::all_of(name, plain)) {
    return Error{ErrorCode::kInvalidArgument, "name: must be 1 to 64 letters, digits and ._-@"};
  }
  if (std::ranges::find(kReserved, name) != std::end(kReserved)) {
    return Error{ErrorCode::kInvalidArgument, "name: the audit calls others so, choose another"};
  }
  if (!IsRole(request.role())) {
    return Error{ErrorCode::kInvalidArgument, "role: must be admin, analyst, auditor or officer"};
  }
  return {};
}

}  // namespace

grpc::Status AccessService::CreateApiToken(grpc::ServerContext* context, const v1::CreateApiTokenRequest* request,
                                           v1::CreateApiTokenResponse* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    if (auto good = CheckRequest(*request); !good) return good;
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
    for (const ApiToken& token : *tokens) {
      v1::ApiTokenStatus& status = *response->add_tokens();
      status.set_name(token.name);
      status.set_role(token.role);
      if (token.created_at != base::SystemTime{}) *status.mutable_created_at() = contract::ToProto(token.created_at);
    }
    return {};
  });
}

Result<void> AccessService::CheckNotTheLastAdmin(const std::string& name) {
  const auto tokens = deps_.store.ListApiTokens();
  if (!tokens) return tokens.error();
  const auto is_other_admin = [&](const ApiToken& token) { return token.role == "admin" && token.name != name; };
  if (std::ranges::any_of(*tokens, is_other_admin)) return {};
  return Error{ErrorCode::kFailedPrecondition, "no admin would be left: create another one first"};
}

grpc::Status AccessService::RevokeApiToken(grpc::ServerContext* context, const v1::RevokeApiTokenRequest* request,
                                           v1::RevokeApiTokenResponse*) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    const std::lock_guard one_at_a_time(revoking_);
    if (auto others = CheckNotTheLastAdmin(request->name()); !others) return others;
    return deps_.lane.Run([&](StoreTransaction& transaction) { return transaction.RemoveApiToken(request->name()); });
  });
}

}  // namespace vigie::server::api
