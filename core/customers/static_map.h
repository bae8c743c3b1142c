#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "platform/base/result.h"

namespace vigie::customers {

// Where the three slots of a hash lie, and what they must add up to. Part of the file format (FORMAT.md, "Static map").
struct StaticMapShape {
  std::uint64_t seed = 0;
  std::uint32_t segment_length = 0;  // a power of two
  std::uint32_t segment_count = 0;   // segments in which the first slot may lie; there are two more
  std::uint8_t slot_bytes = 0;       // 1 to 8
  std::uint8_t value_bits = 0;

  std::uint64_t slots() const { return (std::uint64_t{segment_count} + 2) * segment_length; }
  std::uint64_t Mix(std::uint64_t hash) const;

  struct Slots {
    std::uint64_t first, second, third;
  };
  Slots SlotsOf(std::uint64_t mixed) const;
  // The fingerprint, in the bits above the value.
  std::uint64_t Fingerprint(std::uint64_t mixed) const;
};

// A read-only map from 64-bit hashes to small values, in the memory of someone else: a binary fuse filter (Graf, Lemire
// 2022) whose slots carry value and fingerprint. For a hash that was not put in, it answers with chance 2^-fingerprint
// bits. Thread-safe.
class StaticMap {
 public:
  StaticMap() = default;  // empty

  // Checks that no hash can lead outside of `section`, so that hostile bytes give wrong answers at worst.
  static base::Result<StaticMap> Open(std::string_view section);

  std::optional<std::uint64_t> Find(std::uint64_t hash) const;
  // Starts loading what Find(hash) will need.
  void Prefetch(std::uint64_t hash) const;
  // As Find for each hash, in batches whose loads overlap. values[i] is kNotFound where there is none; gives how many
  // were found. As many values as hashes.
  std::uint64_t FindAll(std::span<const std::uint64_t> hashes, std::span<std::uint64_t> values) const;
  static constexpr std::uint64_t kNotFound = ~std::uint64_t{0};
  bool empty() const { return slots_ == nullptr; }

 private:
  std::uint64_t Load(std::uint64_t slot) const;

  StaticMapShape shape_;
  const char* slots_ = nullptr;
  std::uint64_t slot_mask_ = 0;
};

inline constexpr std::size_t kStaticMapHeaderBytes = 32;
inline constexpr std::size_t kStaticMapPadding = 8;  // a slot is read as eight bytes

}  // namespace vigie::customers
