#pragma once

namespace vigie::contract {

// TLS 1.3 and nothing older, for all of gRPC in this process, on both ends. Call it before the first TLS credentials
// are made, and before other threads read the environment.
//
// gRPC 1.51 has no option for the version: it allows 1.2 and 1.3. But it takes the cipher suites of 1.2 from
// GRPC_SSL_CIPHER_SUITES (doc/environment_variables.md): with none there that anybody could use, since no pre-shared
// key is ever set, only 1.3 can be agreed on.
void UseTls13Only();

}  // namespace vigie::contract
