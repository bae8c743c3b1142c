#include "server/integrations/endpoint.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace vigie::server::integrations {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view kHttps = "https://";
constexpr std::uint16_t kHttpsPort = 443;

Error NoEndpoint() {
  return {ErrorCode::kInvalidArgument, "must be HOST:PORT"};
}

bool IsHost(std::string_view host) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_' || c == ':';
  };
  return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, plain);
}

}  // namespace

std::string Endpoint::text() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<Endpoint> ParseEndpoint(const std::string& text, std::uint16_t usual_port) {
  std::string_view host = text;
  std::string_view port;
  const bool bracketed = host.starts_with('[');
  const std::size_t end = bracketed ? host.find(']') : host.rfind(':');
  if (bracketed && end == std::string_view::npos) return NoEndpoint();
  if (end != std::string_view::npos) {
    port = host.substr(bracketed ? end + 1 : end);
    host = host.substr(bracketed ? 1 : 0, bracketed ? end - 1 : end);
  }
  if (!IsHost(host) || (!bracketed && host.find(':') != std::string_view::npos)) return NoEndpoint();
  Endpoint endpoint{std::string(host), usual_port};
  if (port.empty()) return usual_port == 0 ? Result<Endpoint>(NoEndpoint()) : Result<Endpoint>(endpoint);
  const auto [rest, error] = std::from_chars(port.data() + 1, port.data() + port.size(), endpoint.port);
  const bool whole = port.front() == ':' && error == std::errc() && rest == port.data() + port.size();
  return whole && endpoint.port != 0 ? Result<Endpoint>(endpoint) : Result<Endpoint>(NoEndpoint());
}

Result<Endpoint> EndpointOfUrl(const std::string& url) {
  if (!url.starts_with(kHttps)) return Error{ErrorCode::kInvalidArgument, "must begin with https://"};
  const std::string authority = url.substr(kHttps.size(), url.find_first_of("/?#", kHttps.size()) - kHttps.size());
  if (authority.find('@') != std::string::npos)
    return Error{ErrorCode::kInvalidArgument, "must hold no name and password"};
  const auto printable = [](char c) { return c > ' ' && c < '\x7f'; };
  if (!std::ranges::all_of(url, printable)) return Error{ErrorCode::kInvalidArgument, "must be an ASCII URL"};
  auto endpoint = ParseEndpoint(authority, kHttpsPort);
  return endpoint ? endpoint : Result<Endpoint>(Error{ErrorCode::kInvalidArgument, "must be https://HOST[:PORT]/PATH"});
}

}  // namespace vigie::server::integrations
