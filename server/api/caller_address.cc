#include "server/api/caller_address.h"

#include <string_view>

#include "core/credentials/certificates.h"
#include "server/relayed_caller.h"

namespace vigie::server::api {
namespace {

std::string_view Told(const grpc::ServerContextBase& context, std::string_view key) {
  const auto told = context.client_metadata().find({key.data(), key.size()});
  if (told == context.client_metadata().end()) return {};
  return {told->second.data(), told->second.size()};
}

// Empty if it was not told, or by somebody who could tell anything.
std::string Relayed(const grpc::ServerContextBase& context, std::string_view key) {
  const std::string_view secret = Told(context, kRelaySecretKey);
  if (secret.empty() || credentials::TokenHash(secret) != credentials::TokenHash(RelaySecret())) return "";
  return std::string(Told(context, key));
}

}  // namespace

std::string CallerAddress(const grpc::ServerContextBase& context) {
  std::string told = Relayed(context, kRelayedCallerKey);
  return told.empty() ? context.peer() : told;
}

std::string RelayedTokenHash(const grpc::ServerContextBase& context) {
  return Relayed(context, kRelayedTokenHashKey);
}

}  // namespace vigie::server::api
