#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// URLs and what they are made of (RFC 3986), in text that somebody typed. Pure, linear, never failing.
namespace vigie::agent::sensor {

struct UrlParts {
  std::string_view before;  // "--url=" and the like
  std::string_view scheme;
  std::string_view authority;  // with user
  std::string_view path;       // without query and fragment
};

// Nothing if the argument holds no scheme://host.
std::optional<UrlParts> SplitUrl(std::string_view argument);

// Without user, query and fragment.
std::string BareUrl(const UrlParts& parts);
std::string WithoutUser(std::string_view authority);

// 0 = not known.
std::uint32_t DefaultPort(std::string_view scheme);
// 1 to 65535.
std::optional<std::uint32_t> ParsePort(std::string_view text);

struct Authority {
  std::string_view host;
  std::uint32_t port = 0;
};
// "user:password@[::1]:8443" → ::1, 8443 (RFC 3986, section 3.2).
Authority ParseAuthority(std::string_view text, std::uint32_t default_port);

}  // namespace vigie::agent::sensor
