#include "proto/contract/wire_fields.h"

#include <utf8proc.h>

#include <cstring>

namespace vigie::contract {
namespace {

// Eight bytes at a time; the last eight may overlap those before.
bool IsAscii(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  std::uint64_t seen = 0;
  if (text.size() < sizeof(seen)) {
    for (const char byte : text) seen |= static_cast<unsigned char>(byte);
    return (seen & kHighBits) == 0;
  }
  const std::size_t last = text.size() - sizeof(seen);
  for (std::size_t at = 0;; at = std::min(at + sizeof(seen), last)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof(word));
    seen |= word;
    if (at == last) return (seen & kHighBits) == 0;
  }
}

// As protobuf asks of texts: no overlong forms, no surrogates.
bool IsUtf8(std::string_view text) {
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
  if (!IsAscii(text) && !IsUtf8(text)) Fail();
  return text;
}

}  // namespace vigie::contract
