#include "server/cli/printable.h"

#include <utf8proc.h>

#include <optional>

namespace vigie::cli {
namespace {

struct Character {
  utf8proc_int32_t code;
  std::size_t bytes;
};

// Nothing if the text does not begin with a character.
std::optional<Character> FirstCharacter(std::string_view text) {
  utf8proc_int32_t code = 0;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto used = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &code);
  if (used <= 0) return std::nullopt;
  return Character{code, static_cast<std::size_t>(used)};
}

bool IsHarmless(utf8proc_int32_t code) {
  switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return false;
    default:
      return true;
  }
}

}  // namespace

std::string Printable(std::string_view text) {
  std::string printable;
  printable.reserve(text.size());
  while (!text.empty()) {
    const auto character = FirstCharacter(text);
    const std::size_t bytes = character ? character->bytes : 1;
    if (character && IsHarmless(character->code)) {
      printable += text.substr(0, bytes);
    } else {
      printable += '?';
    }
    text.remove_prefix(bytes);
  }
  return printable;
}

std::size_t DisplayWidth(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const auto character = FirstCharacter(text);
    width += character ? static_cast<std::size_t>(utf8proc_charwidth(character->code)) : 1;
    text.remove_prefix(character ? character->bytes : 1);
  }
  return width;
}

}  // namespace vigie::cli
