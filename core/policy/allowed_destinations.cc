#include "core/policy/allowed_destinations.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/policy/ip_address.h"

namespace vigie::policy {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kLongestName = 253;  // RFC 1035, section 2.3.4
constexpr unsigned kAllBits = 128;
constexpr unsigned kIpv4Bits = 32;

Error Fault(const char* reason) {
  return {ErrorCode::kInvalidArgument, reason};
}

Error NoDestination() {
  return Fault(
      "must be a network such as 10.0.0.0/8, an address or host name with or without a port, *.example.com or "
      "loopback");
}

std::optional<unsigned> ParseDecimal(std::string_view text, unsigned limit) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number > limit) return std::nullopt;
  return number;
}

struct HostAndPort {
  std::string_view host;
  std::string_view port;  // empty = none
  bool has_port = false;
};

// More than one colon without brackets is an IPv6 address.
HostAndPort SplitPort(std::string_view entry) {
  if (entry.starts_with('[')) {
    const auto close = entry.find(']');
    if (close == entry.npos) return {};
    const std::string_view rest = entry.substr(close + 1);
    if (!rest.empty() && !rest.starts_with(':')) return {};
    return {entry.substr(1, close - 1), rest.substr(rest.empty() ? 0 : 1), !rest.empty()};
  }
  const auto colon = entry.find(':');
  if (colon == entry.npos || entry.find(':', colon + 1) != entry.npos) return {entry, {}, false};
  return {entry.substr(0, colon), entry.substr(colon + 1), true};
}

bool IsLabel(std::string_view label) {
  return !label.empty() && label.size() <= 63 && std::ranges::all_of(label, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

// Host names, and with "*." before them the hosts below; what ends in a number is an address gone wrong.
bool IsHostPattern(std::string_view name) {
  if (name.starts_with("*.")) name.remove_prefix(2);
  if (name.empty() || name.size() > kLongestName) return false;
  std::string_view label;
  while (true) {
    const auto end = std::min(name.find('.'), name.size());
    label = name.substr(0, end);
    if (!IsLabel(label)) return false;
    if (end == name.size()) break;
    name.remove_prefix(end + 1);
  }
  return label.find_first_not_of("0123456789") != label.npos;
}

bool HasBitsBeyond(const platform::AddressRange& range) {
  for (unsigned bit = range.prefix_bits; bit < kAllBits; ++bit) {
    if ((range.address[bit / 8] >> (7 - bit % 8) & 1) != 0) return true;
  }
  return false;
}

Result<platform::AddressRange> ParseNetwork(std::string_view entry) {
  const auto slash = entry.find('/');
  const auto address = ParseIpAddress(entry.substr(0, slash));
  if (!address) return NoDestination();
  const bool ipv4 = entry.find(':') == entry.npos;
  const auto bits = ParseDecimal(entry.substr(slash + 1), ipv4 ? kIpv4Bits : kAllBits);
  if (!bits) return Fault("must have a prefix of 0 to 32 bits, or 128 for IPv6");
  platform::AddressRange range;
  range.address = *address;
  range.prefix_bits = static_cast<std::uint8_t>(ipv4 ? *bits + kAllBits - kIpv4Bits : *bits);
  if (HasBitsBeyond(range))
    return Fault("must be the first address of its network: the bits after the prefix are not 0");
  return range;
}

platform::AddressRange OneAddress(const platform::IpAddress& address, std::uint16_t port) {
  return {address, static_cast<std::uint8_t>(kAllBits), port};
}

bool IsLocalPlace(const v1::Destination& destination) {
  const std::string& kind = destination.kind();
  return kind == "medium" || kind == "folder" || kind == "printer";
}

}  // namespace

Result<AllowedDestinations> AllowedDestinations::Parse(const google::protobuf::RepeatedPtrField<std::string>& entries) {
  AllowedDestinations allowed;
  for (const std::string& entry : entries) {
    if (auto added = allowed.Add(entry); !added) return added.error();
  }
  return allowed;
}

Result<void> AllowedDestinations::Add(std::string_view entry) {
  if (entry.find('/') != entry.npos) {
    auto network = ParseNetwork(entry);
    if (!network) return network.error();
    ranges_.push_back(*network);
    return {};
  }
  const HostAndPort parts = SplitPort(entry);
  const auto number = parts.has_port ? ParseDecimal(parts.port, 65535) : std::optional(0U);
  if (!number || (parts.has_port && *number == 0)) return Fault("must have a port of 1 to 65535, or none");
  const auto port = static_cast<std::uint16_t>(*number);
  if (parts.host == "loopback") {
    ranges_.push_back({*ParseIpAddress("127.0.0.0"), kAllBits - kIpv4Bits + 8, port});
    ranges_.push_back(OneAddress(*ParseIpAddress("::1"), port));
    AddHost("localhost", port);
    AddHost("*.localhost", port);
    return {};
  }
  if (const auto address = ParseIpAddress(parts.host)) {
    ranges_.push_back(OneAddress(*address, port));
    return {};
  }
  if (!IsHostPattern(parts.host)) return NoDestination();
  AddHost(parts.host, port);
  return {};
}

void AllowedDestinations::AddHost(std::string_view name, std::uint16_t port) {
  hosts_.push_back({Glob(name, Glob::Case::kIgnoreAscii), port});
}

bool AllowedDestinations::Holds(const v1::Destination& destination) const {
  if (empty() || destination.address().empty() || IsLocalPlace(destination)) return false;
  if (HoldsHost(destination.address(), destination.port())) return true;
  return destination.kind() == "host" && HoldsHost(destination.name(), destination.port());
}

bool AllowedDestinations::HoldsHost(std::string_view host, std::uint32_t port) const {
  if (const auto address = ParseIpAddress(host)) {
    return std::ranges::any_of(ranges_, [&](const auto& range) { return Contains(range, *address, port); });
  }
  if (host.ends_with('.')) host.remove_suffix(1);  // the root of all names
  if (!IsHostPattern(host) || host.starts_with('*')) return false;
  return std::ranges::any_of(hosts_, [&](const Host& allowed) {
    return (allowed.port == 0 || allowed.port == port) && allowed.name.Matches(host);
  });
}

}  // namespace vigie::policy
