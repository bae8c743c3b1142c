#include "platform/base/utf8.h"

#include <cstdint>
#include <cstring>

namespace vigie::base {
namespace {

unsigned char At(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

// Of the sequence that begins with `first`; 0 if none does.
std::size_t SequenceLength(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  if (first >= 0xf0 && first <= 0xf4) return 4;
  return 0;
}

bool SecondByteFits(unsigned char first, unsigned char second) {
  const unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  return second >= low && second <= high;
}

bool IsPlain(char c) {
  return c != '\0' && static_cast<unsigned char>(c) < 0x80;
}

// Eight bytes at once: none has its high bit, none is zero (the borrow of the subtraction shows in the high bit).
bool AllPlain(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  constexpr std::uint64_t kHigh = 0x8080808080808080;
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  return ((word | (word - kOnes)) & kHigh) == 0;
}

std::size_t AsciiPrefix(std::string_view text) {
  std::size_t count = 0;
  while (count + 8 <= text.size() && AllPlain(text.data() + count)) count += 8;
  while (count < text.size() && IsPlain(text[count])) ++count;
  return count;
}

}  // namespace

Utf8Character FirstUtf8Character(std::string_view text) {
  if (text.empty()) return {Utf8Form::kIncomplete, 0};
  const std::size_t length = SequenceLength(At(text, 0));
  if (length == 0) return {Utf8Form::kInvalid, 0};
  for (std::size_t i = 1; i < length; ++i) {
    if (i >= text.size()) return {Utf8Form::kIncomplete, 0};
    const bool fits = i == 1 ? SecondByteFits(At(text, 0), At(text, 1)) : (At(text, i) & 0xc0) == 0x80;
    if (!fits) return {Utf8Form::kInvalid, 0};
  }
  return {Utf8Form::kValid, length};
}

std::size_t Utf8Prefix(std::string_view text) {
  std::size_t count = 0;
  while (true) {
    count += AsciiPrefix(text.substr(count));
    if (count == text.size() || text[count] == '\0') return count;
    // Foreign letters come alone or in rows.
    do {
      const Utf8Character character = FirstUtf8Character(text.substr(count));
      if (character.form != Utf8Form::kValid) return count;
      count += character.bytes;
    } while (count < text.size() && At(text, count) >= 0x80);
  }
}

}  // namespace vigie::base
