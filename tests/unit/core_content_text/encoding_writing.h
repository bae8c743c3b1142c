#pragma once

#include <string>
#include <string_view>

namespace vigie::content {

// `utf8` in another encoding, by iconv; a name without byte order (UTF-16) writes a byte order mark. The test fails if
// a character has no place in it.
std::string Encode(std::string_view utf8, const std::string& encoding);

std::string Base64(std::string_view bytes, bool url_safe = false);
// With a line end after every `width` characters.
std::string Wrapped(std::string_view text, std::size_t width, std::string_view line_end = "\n");
// "4a65", or with `separator` between the bytes.
std::string Hex(std::string_view bytes, std::string_view separator = "");
// Every byte but letters, digits and space as prefix + two hex digits.
std::string Escaped(std::string_view bytes, std::string_view prefix);

}  // namespace vigie::content
