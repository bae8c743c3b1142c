#pragma once

#include <string_view>

namespace vigie::server {

// The metadata in which our own HTTP side says who asked, "address:port", and, of a browser that has signed in, the
// hash of its API token. Believed only over the in-process transport, which nobody outside of this process can use.
inline constexpr std::string_view kRelayedCallerKey = "vigie-relayed-caller";
inline constexpr std::string_view kRelayedTokenHashKey = "vigie-relayed-token-hash";

}  // namespace vigie::server
