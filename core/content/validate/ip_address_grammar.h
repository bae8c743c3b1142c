#pragma once

#include <string>
#include <string_view>

namespace vigie::content {

// Dotted decimal of four numbers up to 255 without leading zeros (RFC 791; RFC 3986, 3.2.2), not of 0.0.0.0/8, loopback
// 127.0.0.0/8 or 255.255.255.255, which name no machine.
bool IsIpv4Address(std::string_view text);

// RFC 4291, 2.2: eight groups of hexadecimal digits, or fewer around one "::", the last two perhaps as dotted decimal.
// Not the unspecified and the loopback address.
bool IsIpv6Address(std::string_view text);

// RFC 5952-like canonical form of an IPv6 address: eight groups of four small digits, so that all spellings are one.
std::string ExpandIpv6(std::string_view text);

}  // namespace vigie::content
