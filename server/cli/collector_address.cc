#include "server/cli/collector_address.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace vigie::cli {
namespace {

bool IsNumber(std::string_view text, unsigned least, unsigned most) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value >= least && value <= most;
}

// 127.a.b.c written out in full: shorter forms are read differently by different resolvers.
bool IsLoopbackNumber(std::string_view host) {
  int parts = 0;
  bool good = host.starts_with("127.");
  while (good && !host.empty()) {
    const std::size_t dot = std::min(host.find('.'), host.size());
    good = IsNumber(host.substr(0, dot), 0, 255) && ++parts <= 4;
    host.remove_prefix(std::min(dot + 1, host.size()));
  }
  return good && parts == 4;
}

bool IsHostCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

base::Error BadAddress() {
  return {base::ErrorCode::kInvalidArgument,
          "the collector's address must be HOST:PORT (--collector or VIGIE_COLLECTOR)"};
}

}  // namespace

bool CollectorAddress::is_loopback() const {
  return host == "localhost" || host == "::1" || IsLoopbackNumber(host);
}

base::Result<CollectorAddress> ParseCollectorAddress(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || !IsNumber(text.substr(colon + 1), 1, 65535)) return BadAddress();
  CollectorAddress address{text.substr(0, colon), text.substr(colon + 1)};
  const bool bracketed = address.host.starts_with('[') && address.host.ends_with(']');
  if (bracketed) address.host = address.host.substr(1, address.host.size() - 2);
  const bool good =
      std::ranges::all_of(address.host, [bracketed](char c) { return IsHostCharacter(c) || (bracketed && c == ':'); });
  if (address.host.empty() || !good) return BadAddress();
  return address;
}

}  // namespace vigie::cli
