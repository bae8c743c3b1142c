#pragma once

#include <cstdint>
#include <string>

#include "platform/base/result.h"

namespace vigie::server::integrations {

struct Endpoint {
  std::string host;  // IPv6 without brackets
  std::uint16_t port = 0;

  std::string text() const;  // "host:port", "[::1]:port"
};

// "HOST:PORT", IPv6 in brackets; without a port `usual_port`, unless that is 0. kInvalidArgument.
base::Result<Endpoint> ParseEndpoint(const std::string& text, std::uint16_t usual_port);
// Of "https://HOST[:PORT]/PATH"; a name and password in it are refused.
base::Result<Endpoint> EndpointOfUrl(const std::string& url);

}  // namespace vigie::server::integrations
