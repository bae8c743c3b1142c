#include "server/api/authorization.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_context.h>

#include <string_view>

#include "core/credentials/certificates.h"
#include "server/api/caller_address.h"
#include "server/api/people.h"

namespace vigie::server::api {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view kScheme = "Bearer ";
constexpr std::size_t kMaxTokenBytes = 256;

std::string BearerToken(const grpc::ServerContextBase& context) {
  const auto found = context.client_metadata().find("authorization");
  if (found == context.client_metadata().end()) return "";
  const std::string_view value(found->second.data(), found->second.size());
  if (!value.starts_with(kScheme) || value.size() > kMaxTokenBytes) return "";
  return std::string(value.substr(kScheme.size()));
}

// Of the token that the call has, or what its browser's session began with; empty if there is none.
struct Shown {
  std::string hash;
  bool in_a_session = false;
};

Shown ShownIn(const grpc::ServerContextBase& context) {
  const std::string token = BearerToken(context);
  return token.empty() ? Shown{RelayedTokenHash(context), true} : Shown{credentials::TokenHash(token), false};
}

Result<std::optional<Person>> PersonOf(Store& store, const Shown& shown) {
  if (shown.hash.empty()) return std::optional<Person>();
  return shown.in_a_session ? PersonOfSession(store, shown.hash) : PersonOfToken(store, shown.hash);
}

}  // namespace

Result<void> Authorization::CheckAnalyst(const grpc::ServerContextBase& context) {
  AuditedCall* call = AuditedCall::Current();
  if (call == nullptr || call->rule() == nullptr) {
    return Error{ErrorCode::kInternal, "this call would not be in the audit: it is not allowed"};
  }
  const Shown shown = ShownIn(context);
  const auto known = PersonOf(store_, shown);
  if (!known) return known.error();
  if (!*known) {
    const Error refused{ErrorCode::kUnauthenticated, "needs an API token: give --token-file"};
    return shown.hash.empty() ? refused : limiter_.Refuse(CallerAddress(context), refused);
  }
  call->SetCaller((*known)->name, (*known)->role);
  if (!MayCall((*known)->role, *call->rule())) {
    return Error{ErrorCode::kPermissionDenied, "the role of this token, " + (*known)->role + ", does not allow it"};
  }
  if (catch_up_) catch_up_();
  return trail_.Admit();
}

Result<AgentPeer> Authorization::AgentOf(const grpc::ServerContextBase& context) const {
  if (!tls_) return AgentPeer{};
  const auto authenticated = context.auth_context();
  const auto certificates = authenticated->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (!authenticated->IsPeerAuthenticated() || certificates.size() != 1) {
    return Error{ErrorCode::kUnauthenticated, "needs an agent's certificate: run vigie-agent enroll"};
  }
  std::string certificate(certificates[0].data(), certificates[0].size());
  auto id = credentials::AgentIdOf(certificate);
  if (!id) return Error{ErrorCode::kUnauthenticated, "the client certificate is not an agent's"};
  return AgentPeer{*std::move(id), std::move(certificate)};
}

}  // namespace vigie::server::api
