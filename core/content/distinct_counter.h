#pragma once

#include <algorithm>
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
// probability n²/2^65: one in four million for the most that is counted. Hashes wait until there are as many as are
// known, some thousand at least; then all of them are put into groups that fit the first-level cache, and each group is
// rid of its repetitions: a table of all of them would be in no cache. Not thread-safe.
class DistinctCounter {
 public:
  // No more than this many are told apart (34 MiB of hashes, and as much while they are grouped); count() stays there.
  static constexpr std::size_t kMost = std::size_t{1} << 22;

  explicit DistinctCounter(std::size_t most = kMost) : most_(most) {}

  void Add(std::uint64_t hash) {
    hashes_.push_back(hash);
    if (hashes_.size() >= settle_at_) Settle();
  }
  // Different hashes among those added.
  std::uint64_t count() {
    Settle();
    return std::min(known_, most_);
  }

 private:
  static constexpr std::size_t kFewestWaiting = std::size_t{1} << 13;
  static constexpr std::size_t kMostWaiting = std::size_t{1} << 18;

  void Settle();
  void Group(unsigned bits);
  void TakeGroup(std::size_t begin, std::size_t end, unsigned bits);

  std::size_t most_;
  std::vector<std::uint64_t> hashes_;  // those that are known, all different, then those that wait
  std::size_t known_ = 0;
  std::size_t settle_at_ = kFewestWaiting;
  std::vector<std::uint64_t> grouped_;  // all of them, while they are settled
  std::vector<std::uint32_t> group_ends_;
  std::vector<std::uint64_t> slots_;  // of one group: open addressing, a power of two, at most half full; 0 = free
};

}  // namespace vigie::content
