#pragma once

#include <string>

#include "platform/base/result.h"

namespace vigie::cli {

struct CollectorAddress {
  std::string host;  // without brackets
  std::string port;

  // 127.0.0.0/8, ::1, or the name localhost, which RFC 6761 keeps for them.
  bool is_loopback() const;
};

// HOST:PORT or [IPv6]:PORT, port 1 to 65535.
base::Result<CollectorAddress> ParseCollectorAddress(const std::string& text);

}  // namespace vigie::cli
