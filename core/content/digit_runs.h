#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/content/byte_masks.h"

namespace vigie::content {

// Calls visit(position) for each place where digits begin and that may begin a number: at least three digits among the
// next 16 bytes, or a colon behind the digits. It returns where to go on: what begins before is not visited.
template <typename Visit>
void ForEachDigitRun(std::string_view text, const Visit& visit) {
  constexpr std::size_t kBlock = kMaskedBytes;
  constexpr std::uint64_t kNear = 0xffff;
  const auto mask_at = [&](std::size_t position) {
    if (position + kBlock <= text.size()) return DigitMask(text.data() + position);
    char padded[kBlock] = {};
    if (position < text.size()) std::memcpy(padded, text.data() + position, text.size() - position);
    return DigitMask(padded);
  };
  std::uint64_t before = 0;
  std::uint64_t mask = mask_at(0);
  std::size_t go_on = 0;
  for (std::size_t block = 0; block < text.size(); block += kBlock) {
    const std::uint64_t next = mask_at(block + kBlock);
    auto starts = mask & ~((mask << 1) | (before >> 63));
    for (; starts != 0; starts &= starts - 1) {
      const auto offset = static_cast<unsigned>(std::countr_zero(starts));
      const auto position = block + offset;
      if (position < go_on) continue;
      const auto ahead = (mask >> offset) | (offset == 0 ? 0 : next << (kBlock - offset));
      const auto behind = position + static_cast<unsigned>(std::countr_one(ahead));
      const bool has_colon = behind < text.size() && text[behind] == ':';
      const auto but_first = ahead & kNear & ((ahead & kNear) - 1);
      const bool has_three = (but_first & (but_first - 1)) != 0;
      if (has_three || has_colon) go_on = visit(position);
    }
    before = mask;
    mask = next;
  }
}

}  // namespace vigie::content
