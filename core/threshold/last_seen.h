#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vigie::threshold {

// How many different keys are in a window: for each the last step that saw it. Open addressing with linear probing,
// from a third to two thirds full: a 32-bit key costs 12 to 24 bytes, a 64-bit one 24 to 48. Steps are compared modulo
// 2^31, within a window they are close to each other. Not thread-safe.
template <typename Key>
class LastSeen {
 public:
  std::size_t size() const { return size_; }

  // For so many keys without growing.
  void Reserve(std::size_t keys) {
    const std::size_t wanted = std::bit_ceil(std::max(kFewest, keys + keys / 2 + 2));
    if (wanted > entries_.size()) Resize(wanted);
  }

  // True if the key is new, or was seen only in earlier steps.
  bool See(Key key, std::int64_t step) {
    if (3 * (size_ + 1) > 2 * entries_.size()) Resize(entries_.empty() ? kFewest : 2 * entries_.size());
    Entry& entry = entries_[Find(key)];
    const std::uint32_t now = Mark(step);
    if (entry.mark == 0) {
      entry = {key, now};
      ++size_;
      return true;
    }
    if (static_cast<std::int32_t>((now - entry.mark) << 1) <= 0) return false;
    entry.mark = now;
    return true;
  }

  // The step has left the window: the key with it, unless a later one saw it.
  void Forget(Key key, std::int64_t step) {
    if (size_ == 0) return;
    const std::size_t place = Find(key);
    if (entries_[place].mark != Mark(step)) return;
    Erase(place);
    --size_;
    if (entries_.size() > kFewest && 8 * size_ < entries_.size()) Resize(entries_.size() / 4);
  }

  // The same for each key. The places of those that follow are fetched meanwhile: else each key waits for the memory.
  void See(std::span<const Key> keys, std::int64_t step) {
    EachFetched(keys, [&](Key key) { See(key, step); });
  }
  void Forget(std::span<const Key> keys, std::int64_t step) {
    EachFetched(keys, [&](Key key) { Forget(key, step); });
  }

 private:
  static constexpr std::size_t kFewest = 16;
  static constexpr std::size_t kFetchedAhead = 12;
  static constexpr std::uint32_t kTaken = 0x80000000U;
  struct Entry {
    Key key = 0;
    std::uint32_t mark = 0;  // the step, and kTaken; 0 = free
  };

  static std::uint32_t Mark(std::int64_t step) { return static_cast<std::uint32_t>(step) | kTaken; }

  template <typename Use>
  void EachFetched(std::span<const Key> keys, Use use) {
    for (const Key key : keys.first(std::min(keys.size(), kFetchedAhead))) Fetch(key);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (i + kFetchedAhead < keys.size()) Fetch(keys[i + kFetchedAhead]);
      use(keys[i]);
    }
  }
  void Fetch(Key key) const {
    if (!entries_.empty()) __builtin_prefetch(&entries_[Home(key)], 1);
  }

  std::size_t Home(Key key) const {
    // Fibonacci hashing: neighbouring record ids are spread.
    const std::uint64_t spread = static_cast<std::uint64_t>(key) * 0x9e3779b97f4a7c15U;
    return static_cast<std::size_t>(spread >> (64 - std::bit_width(entries_.size() - 1)));
  }
  std::size_t Next(std::size_t place) const { return (place + 1) & (entries_.size() - 1); }
  std::size_t Find(Key key) const {
    std::size_t place = Home(key);
    while (entries_[place].mark != 0 && entries_[place].key != key) place = Next(place);
    return place;
  }
  // Moves back what could not be found any more with a hole before it.
  void Erase(std::size_t hole) {
    const std::size_t mask = entries_.size() - 1;
    for (std::size_t place = Next(hole); entries_[place].mark != 0; place = Next(place)) {
      const std::size_t home = Home(entries_[place].key);
      if (((place - home) & mask) < ((place - hole) & mask)) continue;
      entries_[hole] = entries_[place];
      hole = place;
    }
    entries_[hole] = Entry();
  }
  void Resize(std::size_t size) {
    std::vector<Entry> old(size < kFewest ? kFewest : size);
    old.swap(entries_);
    for (const Entry& entry : old) {
      if (entry.mark != 0) entries_[Find(entry.key)] = entry;
    }
  }

  std::vector<Entry> entries_;  // a power of two
  std::size_t size_ = 0;
};

}  // namespace vigie::threshold
