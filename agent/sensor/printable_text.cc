#include "agent/sensor/printable_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace vigie::agent::sensor {
namespace {

unsigned char At(std::string_view bytes, std::size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}

// Of the sequence that begins with `first`; 0 if none does.
std::size_t SequenceLength(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

// Overlong forms, surrogates and code points past U+10FFFF show in the second byte (RFC 3629, section 4).
bool SecondByteFits(unsigned char first, unsigned char second) {
  if (first == 0xE0) return second >= 0xA0;
  if (first == 0xED) return second <= 0x9F;
  if (first == 0xF0) return second >= 0x90;
  if (first == 0xF4) return second <= 0x8F;
  return true;
}

// Of the valid character at the front; 0 if it is none.
std::size_t CharacterLength(std::string_view bytes) {
  const std::size_t length = SequenceLength(At(bytes, 0));
  if (length == 0 || length > bytes.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((At(bytes, i) & 0xC0) != 0x80) return 0;
  }
  return length == 1 || SecondByteFits(At(bytes, 0), At(bytes, 1)) ? length : 0;
}

}  // namespace

std::string ToPrintable(std::string_view bytes, std::size_t limit) {
  std::string text;
  text.reserve(std::min(bytes.size(), limit));
  while (!bytes.empty()) {
    const std::size_t length = CharacterLength(bytes);
    const bool plain = length > 1 || (length == 1 && At(bytes, 0) >= 0x20 && At(bytes, 0) != 0x7F);
    const std::string next = plain ? std::string(bytes.substr(0, length)) : fmt::format("\\x{:02X}", At(bytes, 0));
    if (text.size() + next.size() > limit) break;
    text += next;
    bytes.remove_prefix(plain ? length : 1);
  }
  return text;
}

}  // namespace vigie::agent::sensor
