#include "core/content/distinct_counter.h"

#include <algorithm>
#include <cstring>

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

bool DistinctCounter::Add(std::uint64_t hash) {
  if (count_ * 2 >= slots_.size()) Grow();
  return Insert(std::max<std::uint64_t>(hash, 1));
}

bool DistinctCounter::Insert(std::uint64_t hash) {
  const auto mask = slots_.size() - 1;
  auto slot = static_cast<std::size_t>(hash) & mask;
  while (slots_[slot] != 0) {
    if (slots_[slot] == hash) return false;
    slot = (slot + 1) & mask;
  }
  if (count_ >= most_) return false;
  slots_[slot] = hash;
  ++count_;
  return true;
}

void DistinctCounter::Grow() {
  constexpr std::size_t kFirstSize = 64;
  // One free slot more than values that may come: a search always ends.
  if (!slots_.empty() && count_ >= most_ && count_ < slots_.size()) return;
  std::vector<std::uint64_t> old(slots_.empty() ? kFirstSize : slots_.size() * 2);
  old.swap(slots_);
  count_ = 0;
  for (const auto hash : old) {
    if (hash != 0) Insert(hash);
  }
}

}  // namespace vigie::content
