#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/customers/sip_hash.h"

namespace vigie::content {

// The key of one inspection: without it nobody can compare two inspections' hashes or choose values that collide.
using HashKey = std::array<unsigned char, 16>;

// SipHash-2-4 (https://www.aumasson.jp/siphash/siphash.pdf).
std::uint64_t KeyedHash(std::string_view value, const HashKey& key);
customers::SipKey SipKeyOf(const HashKey& key);

// Counts different values by their keyed hashes, without keeping the values. Two of n values share a hash with
// probability n²/2^65: one in four million for the most that is counted. Hashes wait until there are some thousand and
// go into their table by rising place, because a table of millions is in no cache. Not thread-safe.
class DistinctCounter {
 public:
  // No more than this many are told apart (64 MiB of hashes); count() stays there.
  static constexpr std::size_t kMost = std::size_t{1} << 22;

  explicit DistinctCounter(std::size_t most = kMost) : most_(most) {}

  void Add(std::uint64_t hash) {
    waiting_.push_back(hash);
    if (waiting_.size() >= kMostWaiting) Settle();
  }
  // Different hashes among those added.
  std::uint64_t count() {
    Settle();
    return count_;
  }

 private:
  static constexpr std::size_t kMostWaiting = 8192;

  void Settle();
  void SortWaiting();
  void Insert(std::uint64_t hash);
  void Grow();
  std::size_t PlaceOf(std::uint64_t hash) const { return static_cast<std::size_t>(hash >> shift_); }

  std::size_t most_;
  std::uint64_t count_ = 0;
  std::vector<std::uint64_t> waiting_;
  std::vector<std::uint64_t> sorted_;
  unsigned shift_ = 0;                // the highest bits of a hash are its place
  std::vector<std::uint64_t> slots_;  // open addressing, a power of two, at most half full; 0 = free
};

}  // namespace vigie::content
