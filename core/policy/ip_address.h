#pragma once

#include <optional>
#include <string_view>

#include "platform/network_guard.h"

namespace vigie::policy {

// Dotted decimal of four numbers without leading zeros (RFC 3986, 3.2.2), or an IPv6 address (RFC 4291, 2.2) without
// zone and brackets. Other spellings of an address that some programs know (127.1, 0x7f000001) are none here.
std::optional<platform::IpAddress> ParseIpAddress(std::string_view text);

// Written with dots: one of the addresses that stand for IPv4 in IPv6.
bool IsIpv4(const platform::IpAddress& address);

bool Contains(const platform::AddressRange& range, const platform::IpAddress& address, std::uint32_t port);

}  // namespace vigie::policy
