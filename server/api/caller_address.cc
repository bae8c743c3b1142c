#include "server/api/caller_address.h"

#include "server/relayed_caller.h"

namespace vigie::server::api {
namespace {

// What gRPC calls the other end of its in-process transport. Of a socket it is "ipv4:…", "ipv6:…" or "unix:…".
constexpr std::string_view kInProcess = "unknown";

// Empty if it was not told, or by somebody who could tell anything.
std::string Relayed(const grpc::ServerContextBase& context, std::string_view key) {
  if (context.peer() != kInProcess) return "";
  const auto told = context.client_metadata().find({key.data(), key.size()});
  if (told == context.client_metadata().end()) return "";
  return {told->second.data(), told->second.size()};
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
