#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "platform/base/result.h"

// Passwords of people: what they must be, and what is kept of them. Thread-safe.
namespace vigie::credentials {

inline constexpr std::size_t kLeastPasswordCharacters = 12;
inline constexpr std::size_t kMostPasswordBytes = 256;

// Length, and no rules of composition (NIST SP 800-63B, 5.1.1.2; in place of its list of known passwords there are some
// words that such lists are full of). kInvalidArgument with the reason: too short, too long, little more than `name` or
// than those words, one to six characters again and again, or a row such as "abcdefghijkl".
base::Result<void> CheckPassword(std::string_view password, std::string_view name);

// Argon2id with 64 MiB and 3 passes (the memory and passes of RFC 9106's second recommendation, 4; one lane, as
// libsodium has it); the text names its parameters and its salt. Takes about a tenth of a second, and that memory:
// kUnavailable without it. Unicode is normalised (NFKC) first, as keyboards differ.
base::Result<std::string> HashPassword(std::string_view password);
// False for another password, for what is no hash, and without the memory. As slow as HashPassword.
bool PasswordMatches(const std::string& hash, std::string_view password);
// Nobody knows a password for it; to compare with it takes as long as with a user's.
const std::string& NobodysPasswordHash();

// For once: 100 random bits in five groups of small letters and digits that are not mistaken for each other.
std::string CreateOneTimePassword();

}  // namespace vigie::credentials
