#pragma once

#include <cstdint>
#include <string>

#include "platform/base/result.h"

namespace vigie::server {

struct ListenAddress {
  std::string host;        // IPv6 without brackets
  std::uint16_t port = 0;  // 0 = any

  bool is_loopback() const;  // 127.0.0.0/8, ::1 or localhost
  std::string text() const;  // "host:port", "[::1]:port"
};

// "HOST:PORT", IPv6 in brackets.
base::Result<ListenAddress> ParseListenAddress(const std::string& text);

}  // namespace vigie::server
