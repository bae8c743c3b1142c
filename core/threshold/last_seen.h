#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace vigie::threshold {

// How many different keys are in a window: for each the last step that saw it. Open addressing with linear probing,
// from a third to two thirds full: a 32-bit key costs 18 to 36 bytes, a 64-bit one 24 to 48. Steps are compared modulo
// 2^32, within a window they are close to each other. Not thread-safe.
template <typename Key>
class LastSeen {
 public:
  std::size_t size() const { return size_; }

  // True if the key is new, or was seen only in earlier steps.
  bool See(Key key, std::int64_t step) {
    if (3 * (size_ + 1) > 2 * entries_.size()) Resize(entries_.empty() ? kFewest : 2 * entries_.size());
    Entry& entry = entries_[Find(key)];
    const auto now = static_cast<std::uint32_t>(step);
    if (entry.used == 0) {
      entry = {key, now, 1};
      ++size_;
      return true;
    }
    if (static_cast<std::int32_t>(now - entry.step) <= 0) return false;
    entry.step = now;
    return true;
  }

  // The step has left the window: the key with it, unless a later one saw it.
  void Forget(Key key, std::int64_t step) {
    if (size_ == 0) return;
    const std::size_t place = Find(key);
    if (entries_[place].used == 0 || entries_[place].step != static_cast<std::uint32_t>(step)) return;
    Erase(place);
    --size_;
    if (entries_.size() > kFewest && 8 * size_ < entries_.size()) Resize(entries_.size() / 4);
  }

 private:
  static constexpr std::size_t kFewest = 16;
  struct Entry {
    Key key = 0;
    std::uint32_t step = 0;
    std::uint32_t used = 0;
  };

  std::size_t Home(Key key) const {
    // Fibonacci hashing: neighbouring record ids are spread.
    const std::uint64_t spread = static_cast<std::uint64_t>(key) * 0x9e3779b97f4a7c15U;
    return static_cast<std::size_t>(spread >> (64 - std::bit_width(entries_.size() - 1)));
  }
  std::size_t Next(std::size_t place) const { return (place + 1) & (entries_.size() - 1); }
  std::size_t Find(Key key) const {
    std::size_t place = Home(key);
    while (entries_[place].used != 0 && entries_[place].key != key) place = Next(place);
    return place;
  }
  // Moves back what could not be found any more with a hole before it.
  void Erase(std::size_t hole) {
    const std::size_t mask = entries_.size() - 1;
    for (std::size_t place = Next(hole); entries_[place].used != 0; place = Next(place)) {
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
      if (entry.used != 0) entries_[Find(entry.key)] = entry;
    }
  }

  std::vector<Entry> entries_;  // a power of two
  std::size_t size_ = 0;
};

}  // namespace vigie::threshold
