#include "server/api/caller_address.h"

#include "server/relayed_caller.h"

namespace vigie::server::api {
namespace {

// What gRPC calls the other end of its in-process transport. Of a socket it is "ipv4:…", "ipv6:…" or "unix:…".
constexpr std::string_view kInProcess = "unknown";

}  // namespace

std::string CallerAddress(const grpc::ServerContextBase& context) {
  std::string peer = context.peer();
  if (peer != kInProcess) return peer;
  const auto told = context.client_metadata().find({kRelayedCallerKey.data(), kRelayedCallerKey.size()});
  if (told == context.client_metadata().end()) return peer;
  return {told->second.data(), told->second.size()};
}

}  // namespace vigie::server::api
