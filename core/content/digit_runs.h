#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace vigie::content {

// One bit for each of 64 bytes: whether it is an ASCII digit. Eight bytes at a time in a register; no branch.
inline std::uint64_t DigitMask(const char* bytes) {
  constexpr std::uint64_t kEach = 0x0101010101010101;
  std::uint64_t mask = 0;
  for (unsigned i = 0; i < 8; ++i) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + i * 8, sizeof(word));
    const std::uint64_t value = word ^ (kEach * '0');  // 0 to 9 for a digit
    const std::uint64_t other = ((value & (kEach * 0x7f)) + kEach * 0x76) | value;
    const std::uint64_t digits = (~other >> 7) & kEach;
    mask |= ((digits * 0x0102040810204080) >> 56) << (i * 8);
  }
  return mask;
}
static_assert(std::endian::native == std::endian::little, "the first byte must be the lowest");

// Calls visit(position) for each place where digits begin and that may begin a number: at least three digits among the
// next 16 bytes, or a colon behind the digits. It returns where to go on: what begins before is not visited.
template <typename Visit>
void ForEachDigitRun(std::string_view text, const Visit& visit) {
  constexpr std::size_t kBlock = 64;
  constexpr std::uint64_t kNear = 0xffff;
  constexpr int kFewest = 3;
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
      if (std::popcount(ahead & kNear) >= kFewest || has_colon) go_on = visit(position);
    }
    before = mask;
    mask = next;
  }
}

}  // namespace vigie::content
