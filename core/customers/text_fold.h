#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vigie::customers {

// One character of UTF-8 text, folded: case, accents, ornaments and width are gone (É é E + U+0301 → e, ß → ss, œ → oe,
// ł → l, full-width A → a).
struct FoldedCharacter {
  enum class Kind : std::uint8_t {
    kSeparator,   // no part of a token: space, punctuation, symbols, malformed bytes
    kToken,       // letter or digit; `bytes` is what it folds to
    kAloneToken,  // a character of a script written without spaces (Han, Kana): a token by itself
    kIgnored,     // combining mark or soft hyphen: neither part of a token nor the end of one
  };
  Kind kind = Kind::kSeparator;
  std::uint8_t length = 1;  // bytes of text that it takes
  std::uint8_t size = 0;
  std::array<char, 22> bytes{};

  std::string_view folded() const { return {bytes.data(), size}; }
};

// The character at `position` (< text.size()). Malformed UTF-8 is one separator of one byte.
FoldedCharacter FoldAt(std::string_view text, std::size_t position);

// Lower case by Unicode's full case folding, in composed form; other characters stay. Nothing if `text` is not UTF-8.
std::optional<std::string> FoldCase(std::string_view text);

bool IsUtf8(std::string_view text);

// As for ASCII: independent of the locale.
constexpr bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool IsAsciiLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr char LowerAscii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// The same for eight characters of ASCII in one word.
constexpr std::uint64_t LowerAsciiWord(std::uint64_t word) {
  constexpr std::uint64_t kEach = 0x0101010101010101;
  const std::uint64_t from_a = word + (0x80 - 'A') * kEach;
  const std::uint64_t behind_z = word + (0x80 - 'Z' - 1) * kEach;
  return word | ((from_a & ~behind_z & (0x80 * kEach)) >> 2);
}

std::string_view TrimSpace(std::string_view text);

}  // namespace vigie::customers
