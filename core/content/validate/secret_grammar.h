#pragma once

#include <string_view>

namespace vigie::content {

// Shannon's entropy of a text's bytes, in bits a byte.
double EntropyOf(std::string_view text);

// Whether a value that stands behind "password =" or "api_key:" can be one: eight characters or more of mixed kinds
// with an entropy of 2.8 bits a character, and no name of a variable, placeholder or example.
bool IsLikelySecret(std::string_view value);

// JSON web token (RFC 7519, RFC 7515 3.1): three base64url parts, the first and second beginning with {" .
bool IsJsonWebToken(std::string_view text);

// One of the key formats that providers publish so that scanners find them; see the table in secret_grammar.cc.
bool IsProviderKey(std::string_view text);

}  // namespace vigie::content
