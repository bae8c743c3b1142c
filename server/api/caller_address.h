#pragma once

#include <grpcpp/server_context.h>

#include <string>
#include <string_view>

namespace vigie::server::api {

// Who calls, "ipv4:192.0.2.7:4242": the other end of the connection; of a call that our HTTP side passes on, the other
// end of that one's.
std::string CallerAddress(const grpc::ServerContextBase& context);

// Whose failures are counted together, of such an address: an IPv4 address; of IPv6 the /64, which one subscriber has
// to himself. The port does not count.
std::string NetworkOf(std::string_view peer);

// The hash of the API token, or the stamp of the user, of a call that our HTTP side passes on for a browser's session;
// empty for every other call.
std::string RelayedTokenHash(const grpc::ServerContextBase& context);

}  // namespace vigie::server::api
