#include "agent/sensor/url.h"

#include <array>
#include <charconv>
#include <utility>

namespace vigie::agent::sensor {
namespace {

constexpr std::array<std::pair<std::string_view, std::uint32_t>, 9> kDefaultPorts = {{{"http", 80},
                                                                                      {"https", 443},
                                                                                      {"ftp", 21},
                                                                                      {"ftps", 990},
                                                                                      {"sftp", 22},
                                                                                      {"scp", 22},
                                                                                      {"ssh", 22},
                                                                                      {"rsync", 873},
                                                                                      {"tftp", 69}}};

}  // namespace

std::uint32_t DefaultPort(std::string_view scheme) {
  for (const auto& [name, port] : kDefaultPorts) {
    if (name == scheme) return port;
  }
  return 0;
}

std::optional<std::uint32_t> ParsePort(std::string_view text) {
  std::uint32_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0 || port > 65535) return std::nullopt;
  return port;
}

// "user:password@[::1]:8443" → ::1, 8443 (RFC 3986, section 3.2).
Authority ParseAuthority(std::string_view text, std::uint32_t default_port) {
  if (const auto at = text.rfind('@'); at != text.npos) text.remove_prefix(at + 1);
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == text.npos) return {};
    const std::string_view rest = text.substr(close + 1);
    const auto port = rest.starts_with(':') ? ParsePort(rest.substr(1)) : std::nullopt;
    return {text.substr(1, close - 1), port.value_or(default_port)};
  }
  const auto colon = text.find(':');
  if (colon == text.npos) return {text, default_port};
  return {text.substr(0, colon), ParsePort(text.substr(colon + 1)).value_or(default_port)};
}

std::optional<UrlParts> SplitUrl(std::string_view argument) {
  const auto separator = argument.find("://");
  if (separator == argument.npos || separator == 0) return std::nullopt;
  const auto scheme_end = argument.substr(0, separator).find_last_of("=\"'(,@");
  const std::size_t scheme_at = scheme_end == argument.npos ? 0 : scheme_end + 1;
  UrlParts parts{argument.substr(0, scheme_at), argument.substr(scheme_at, separator - scheme_at), {}, {}};
  std::string_view rest = argument.substr(separator + 3);
  rest = rest.substr(0, rest.find_first_of("?#"));
  const auto slash = rest.find('/');
  parts.authority = rest.substr(0, slash);
  if (slash != rest.npos) parts.path = rest.substr(slash);
  if (parts.scheme.empty() || parts.authority.empty()) return std::nullopt;
  return parts;
}

std::string WithoutUser(std::string_view authority) {
  const auto at = authority.rfind('@');
  return std::string(at == authority.npos ? authority : authority.substr(at + 1));
}

std::string BareUrl(const UrlParts& parts) {
  return std::string(parts.scheme) + "://" + WithoutUser(parts.authority) + std::string(parts.path);
}

}  // namespace vigie::agent::sensor
