#pragma once

#include <string_view>

namespace vigie::server {

// The metadata in which our own HTTP side says who asked, "address:port". Believed only over the in-process transport,
// which nobody outside of this process can use.
inline constexpr std::string_view kRelayedCallerKey = "vigie-relayed-caller";

}  // namespace vigie::server
