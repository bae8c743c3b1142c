#include "core/content/distinct_counter.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace vigie::content {

static_assert(sizeof(HashKey) == sizeof(customers::SipKey));

std::uint64_t KeyedHash(std::string_view value, const HashKey& key) {
  return customers::SipHash(SipKeyOf(key), value);
}

customers::SipKey SipKeyOf(const HashKey& key) {
  customers::SipKey halves{};
  std::memcpy(halves.data(), key.data(), key.size());
  return halves;
}

namespace {

// The highest bits of a hash; 0 of them are 0.
std::size_t HighBits(std::uint64_t hash, unsigned bits) {
  return static_cast<std::size_t>(hash >> 1 >> (63 - bits));
}

}  // namespace

void DistinctCounter::Settle() {
  constexpr std::size_t kOfGroup = 512;  // about
  constexpr unsigned kMostGroupBits = 10;
  if (known_ >= most_) hashes_.resize(known_);  // nobody asks for more
  if (hashes_.size() > known_) {
    const auto bits = std::min(static_cast<unsigned>(std::bit_width(hashes_.size() / kOfGroup)), kMostGroupBits);
    Group(bits);
    known_ = 0;
    std::size_t begin = 0;
    for (const auto end : group_ends_) {
      TakeGroup(begin, end, bits);
      begin = end;
    }
    hashes_.resize(known_);
  }
  settle_at_ = known_ + std::clamp(known_, kFewestWaiting, kMostWaiting);
  if (known_ >= kFewestWaiting) hashes_.reserve(settle_at_);
}

// By their highest bits.
void DistinctCounter::Group(unsigned bits) {
  group_ends_.assign(std::size_t{1} << bits, 0);
  for (const auto hash : hashes_) ++group_ends_[HighBits(hash, bits)];
  std::uint32_t begin = 0;
  for (auto& count : group_ends_) begin += std::exchange(count, begin);
  grouped_.resize(hashes_.size());
  for (const auto hash : hashes_) grouped_[group_ends_[HighBits(hash, bits)]++] = hash;
}

// Puts the different ones of a group behind those that are known: never beyond where the group itself was.
void DistinctCounter::TakeGroup(std::size_t begin, std::size_t end, unsigned bits) {
  const auto slot_bits = static_cast<unsigned>(std::bit_width(2 * (end - begin)));
  const auto mask = (std::size_t{1} << slot_bits) - 1;
  slots_.assign(mask + 1, 0);
  for (std::size_t i = begin; i < end; ++i) {
    const auto hash = std::max<std::uint64_t>(grouped_[i], 1);
    auto slot = HighBits(hash << bits, slot_bits);
    while (slots_[slot] != 0 && slots_[slot] != hash) slot = (slot + 1) & mask;
    hashes_[known_] = hash;
    known_ += slots_[slot] == 0 ? 1 : 0;
    slots_[slot] = hash;
  }
}

}  // namespace vigie::content
