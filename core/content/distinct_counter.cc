#include "core/content/distinct_counter.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <span>

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

void DistinctCounter::Settle() {
  constexpr std::size_t kInCache = std::size_t{1} << 12;
  constexpr std::size_t kAhead = 16;
  if (slots_.size() > kInCache) SortWaiting();
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    if (i + kAhead < waiting_.size() && !slots_.empty()) __builtin_prefetch(&slots_[PlaceOf(waiting_[i + kAhead])]);
    if (count_ * 2 >= slots_.size()) Grow();
    Insert(std::max<std::uint64_t>(waiting_[i], 1));
  }
  waiting_.clear();
}

// By their first byte: near enough.
void DistinctCounter::SortWaiting() {
  constexpr unsigned kFirstByte = 56;
  std::array<std::uint32_t, 257> begins{};
  for (const auto hash : waiting_) ++begins[(hash >> kFirstByte) + 1];
  for (std::size_t i = 1; i < begins.size(); ++i) begins[i] += begins[i - 1];
  sorted_.resize(waiting_.size());
  for (const auto hash : waiting_) sorted_[begins[hash >> kFirstByte]++] = hash;
  waiting_.swap(sorted_);
}

void DistinctCounter::Insert(std::uint64_t hash) {
  const auto mask = slots_.size() - 1;
  auto slot = PlaceOf(hash);
  while (slots_[slot] != 0) {
    if (slots_[slot] == hash) return;
    slot = (slot + 1) & mask;
  }
  if (count_ >= most_) return;
  slots_[slot] = hash;
  ++count_;
}

void DistinctCounter::Grow() {
  constexpr std::size_t kFirstSize = 64;
  constexpr std::size_t kSmall = std::size_t{1} << 17;
  // One free slot more than values that may come: a search always ends.
  if (!slots_.empty() && count_ >= most_ && count_ < slots_.size()) return;
  const auto size = slots_.empty() ? kFirstSize : slots_.size() * (slots_.size() < kSmall ? 4 : 2);
  std::vector<std::uint64_t> old(size);
  old.swap(slots_);
  shift_ = static_cast<unsigned>(64 - std::countr_zero(size));
  count_ = 0;
  // Which slots are free nobody can foresee, a branch for each least of all.
  std::size_t taken = 0;
  for (const auto hash : old) {
    old[taken] = hash;
    taken += hash != 0 ? 1 : 0;
  }
  for (const auto hash : std::span(old).first(taken)) Insert(hash);
}

}  // namespace vigie::content
