#pragma once

#include <string_view>

#include "core/content/validate/byte_set.h"

namespace vigie::content {

// What may stand in the local part of an address that we take for one. RFC 5322 (3.2.3) allows more, but in real text
// the rest (= / ? ' at the edges …) is nearly always what surrounds an address.
inline constexpr ByteSet kLocalPartBytes("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+-'");
inline constexpr ByteSet kDomainBytes("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-");
constexpr bool IsLocalPartCharacter(char c) {
  return kLocalPartBytes.Has(c);
}
constexpr bool IsDomainCharacter(char c) {
  return kDomainBytes.Has(c);
}

// RFC 5321 (4.1.2, 4.5.3.1): a dot-string of at most 64 characters that begins with a letter, a digit or _ .
// Quoted strings and non-ASCII addresses (RFC 6531) are not recognised.
bool IsLocalPart(std::string_view text);

// RFC 5321 (4.1.2) and RFC 1035 (2.3.1): two labels or more of letters, digits and inner hyphens, at most 255
// characters, the last of letters or punycode. Endings that are file types and not top-level domains are refused:
// icon@2x.png is no address. Address literals ([192.0.2.1]) are not recognised.
bool IsMailDomain(std::string_view text);
// What stands behind its last point.
bool IsTopLevelDomain(std::string_view label);

}  // namespace vigie::content
