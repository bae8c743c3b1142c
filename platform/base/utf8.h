#pragma once

#include <cstddef>
#include <string_view>

namespace vigie::base {

// The one judgement of what is UTF-8 (RFC 3629; Unicode 15, table 3-7): overlong forms, surrogates and code points past
// U+10FFFF are none.
enum class Utf8Form {
  kValid,
  kInvalid,
  kIncomplete,  // the bytes end within a character that may still become valid
};

struct Utf8Character {
  Utf8Form form = Utf8Form::kInvalid;
  std::size_t bytes = 0;  // of a valid character; otherwise 0
};

// The character at the front of `text`; kIncomplete if there is none.
Utf8Character FirstUtf8Character(std::string_view text);

// The bytes at the front of `text` that are whole characters and not zero.
std::size_t Utf8Prefix(std::string_view text);

}  // namespace vigie::base
