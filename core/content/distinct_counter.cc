#include "core/content/distinct_counter.h"

#include <sodium/crypto_shorthash.h>

#include <algorithm>
#include <cstring>

namespace vigie::content {

static_assert(std::tuple_size_v<HashKey> == crypto_shorthash_KEYBYTES);
static_assert(sizeof(std::uint64_t) == crypto_shorthash_BYTES);

std::uint64_t KeyedHash(std::string_view value, const HashKey& key) {
  std::array<unsigned char, crypto_shorthash_BYTES> hash{};
  crypto_shorthash(hash.data(), reinterpret_cast<const unsigned char*>(value.data()), value.size(), key.data());
  std::uint64_t number = 0;
  std::memcpy(&number, hash.data(), sizeof(number));
  return number;
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
