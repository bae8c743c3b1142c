#include "proto/contract/wire_fields.h"

#include <utf8proc.h>

#include <cstring>

namespace vigie::contract {
namespace {

// Up to what may not be, eight bytes at a time.
std::size_t LengthOfAscii(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  std::size_t length = 0;
  for (std::uint64_t word = 0; length + sizeof(word) <= text.size(); length += sizeof(word)) {
    std::memcpy(&word, text.data() + length, sizeof(word));
    if ((word & kHighBits) != 0) return length;
  }
  while (length < text.size() && static_cast<unsigned char>(text[length]) < 0x80) ++length;
  return length;
}

// As protobuf asks of texts: no overlong forms, no surrogates.
bool IsUtf8(std::string_view text) {
  text.remove_prefix(LengthOfAscii(text));
  while (!text.empty()) {
    utf8proc_int32_t character = 0;
    const auto size = static_cast<utf8proc_ssize_t>(text.size());
    const auto used = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), size, &character);
    if (used <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(used));
  }
  return true;
}

}  // namespace

std::string_view WireFields::Text() {
  const std::string_view text = Bytes();
  if (!IsUtf8(text)) Fail();
  return text;
}

}  // namespace vigie::contract
