#pragma once

#include <string>
#include <string_view>

namespace vigie::server {

// The metadata in which our own HTTP side says who asked, "address:port", and, of a browser that has signed in, the
// hash of its API token or the stamp of its user. Believed only beside the secret of this process.
inline constexpr std::string_view kRelayedCallerKey = "vigie-relayed-caller";
inline constexpr std::string_view kRelayedTokenHashKey = "vigie-relayed-token-hash";
inline constexpr std::string_view kRelaySecretKey = "vigie-relay-secret";

// 256 random bits, others at each start: only this process knows them. Thread-safe.
const std::string& RelaySecret();

}  // namespace vigie::server
