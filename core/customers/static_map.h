#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "platform/base/result.h"

namespace vigie::customers {

inline constexpr std::size_t kStaticMapHeaderBytes = 64;
inline constexpr std::size_t kStaticMapBlockBytes = 64;  // one line of the processor's cache
inline constexpr unsigned kMaxStaticMapSlotBits = 57;    // a slot is read with one load of 64 bits

// Where a hash may lie and what it must find there. Part of the file format (FORMAT.md, "Static map").
struct StaticMapShape {
  static constexpr std::size_t kSlotsBegin = 16;  // bit of a block; before it the turn and the marks of the departed
  static constexpr std::size_t kPicks = 5;

  std::uint64_t seed = 0;
  std::uint64_t blocks = 0;
  std::uint8_t slot_bits = 0;
  std::uint8_t value_bits = 0;

  std::size_t slots_per_block() const { return (kStaticMapBlockBytes * 8 - kSlotsBegin) / slot_bits; }
  std::uint64_t slot_mask() const { return (std::uint64_t{1} << slot_bits) - 1; }
  std::uint64_t value_mask() const { return (std::uint64_t{1} << value_bits) - 1; }

  // The finaliser of MurmurHash3: every bit of the hash reaches everything below.
  std::uint64_t Mix(std::uint64_t hash) const {
    std::uint64_t h = hash + seed;
    h = (h ^ (h >> 33)) * 0xFF51AFD7ED558CCDULL;
    h = (h ^ (h >> 33)) * 0xC4CEB9FE1A85EC53ULL;
    return h ^ (h >> 33);
  }
  std::uint64_t HomeOf(std::uint64_t mixed) const { return Scale(mixed, blocks); }
  std::uint64_t RefugeOf(std::uint64_t mixed) const { return Scale(mixed * 0x9E3779B97F4A7C15ULL, blocks); }
  // The bit that says whether a hash like this one left its home.
  static std::uint8_t MarkOf(std::uint64_t mixed) { return static_cast<std::uint8_t>(1U << (mixed & 7)); }
  // The slots that must add up to value and fingerprint, each eight bits of the result.
  static std::uint64_t PicksOf(std::uint64_t mixed, std::uint8_t turn) {
    return ((mixed ^ (std::uint64_t{turn} << 32)) + turn) * 0xD6E8FEB86659FD93ULL >> 24;
  }
  std::size_t Pick(std::uint64_t picks, std::size_t which) const {
    return SlotOf(static_cast<std::uint8_t>(picks >> (8 * which)));
  }
  std::size_t SlotOf(std::uint8_t picked) const { return picked * slots_per_block() >> 8; }
  // In the bits above the value.
  std::uint64_t Fingerprint(std::uint64_t mixed) const {
    const std::uint64_t print = (mixed ^ (mixed >> 32)) * 0xA0761D6478BD642FULL;
    return ((print ^ (print >> 29)) << value_bits) & slot_mask();
  }

 private:
  static std::uint64_t Scale(std::uint64_t number, std::uint64_t range) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(number) * range) >> 64);
  }
};

// A read-only map from 64-bit hashes to small values, in the memory of someone else. As in the xor and binary fuse
// filters (Graf, Lemire 2020, 2022) the slots of a hash add up (XOR) to its value and fingerprint; but all of its slots
// lie in one block of 64 bytes, its home or else its refuge, so a look-up costs about one miss of the cache and not
// three. For a hash that was not put in, it answers with a chance of at most 2 × 2^-fingerprint bits. Thread-safe.
class StaticMap {
 public:
  static constexpr std::uint64_t kNotFound = ~std::uint64_t{0};

  StaticMap() = default;  // empty

  // Checks that no hash can lead outside of `section`, so that hostile bytes give wrong answers at worst.
  static base::Result<StaticMap> Open(std::string_view section);

  std::optional<std::uint64_t> Find(std::uint64_t hash) const;
  // As Find for each hash, in batches whose loads overlap. values[i] is kNotFound where there is none; gives how many
  // were found. As many values as hashes.
  std::uint64_t FindAll(std::span<const std::uint64_t> hashes, std::span<std::uint64_t> values) const;
  // The same with what any processor has.
  std::uint64_t FindAllPortably(std::span<const std::uint64_t> hashes, std::span<std::uint64_t> values) const;

  bool empty() const { return blocks_ == nullptr; }

 private:
  std::uint64_t Sum(const char* block, std::uint64_t mixed) const;
  const char* HomeOf(std::uint64_t mixed) const { return blocks_ + shape_.HomeOf(mixed) * kStaticMapBlockBytes; }
  const char* RefugeOf(std::uint64_t mixed) const;
  static bool MayHaveLeft(const char* home, std::uint64_t mixed) {
    return (static_cast<std::uint8_t>(home[1]) & StaticMapShape::MarkOf(mixed)) != 0;
  }
  std::uint64_t FindIn(const char* block, std::uint64_t mixed) const;
  std::uint64_t FindSome(std::span<const std::uint64_t> hashes, std::span<std::uint64_t> values) const;

  static constexpr std::size_t kAtOnce = 256;
  static constexpr std::size_t kAhead = 16;  // loads that the processor has under way at once, and a few more

  struct Place {
    std::uint8_t byte = 0;   // of the 64-bit word that holds the slot, within the block
    std::uint8_t shift = 0;  // of the slot in the word
  };

  StaticMapShape shape_;
  std::array<Place, 256> places_{};  // by what was picked: saves two multiplications for each slot
  const char* blocks_ = nullptr;
};

// One slot of a block: never reads outside of the block.
inline std::uint64_t LoadSlot(const char* block, std::size_t slot, std::size_t slot_bits) {
  const std::size_t bit = StaticMapShape::kSlotsBegin + slot * slot_bits;
  const std::size_t byte = std::min(bit / 8, kStaticMapBlockBytes - 8);
  std::uint64_t word = 0;
  std::memcpy(&word, block + byte, sizeof(word));
  return word >> (bit - 8 * byte);
}

}  // namespace vigie::customers
