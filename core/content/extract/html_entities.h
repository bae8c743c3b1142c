#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vigie::content {

// Appends what the character reference at the start of `text` means, in UTF-8: &eacute; &#233; &#xE9; with its
// semicolon, without which it is none. Bytes used; 0 = no reference that we know.
std::size_t AppendReference(std::string_view text, std::string& utf8);

// The code point of an entity's name (without & and ;); 0 = unknown.
char32_t FindEntity(std::string_view name);

}  // namespace vigie::content
