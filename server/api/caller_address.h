#pragma once

#include <grpcpp/server_context.h>

#include <string>

namespace vigie::server::api {

// Who calls, "ipv4:192.0.2.7:4242": the other end of the connection; of a call that our HTTP side passes on, the other
// end of that one's.
std::string CallerAddress(const grpc::ServerContextBase& context);

// The hash of the API token, or the stamp of the user, of a call that our HTTP side passes on for a browser's session;
// empty for every other call.
std::string RelayedTokenHash(const grpc::ServerContextBase& context);

}  // namespace vigie::server::api
