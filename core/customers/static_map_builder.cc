#include "core/customers/static_map_builder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <optional>
#include <vector>

#include "core/customers/static_map.h"

namespace vigie::customers {
namespace {

constexpr int kMaxAttempts = 200;  // each succeeds with a chance of well over one half
constexpr std::uint32_t kMaxSegmentLength = 1U << 18;

// Sizes as the authors of binary fuse filters found them best for three slots.
StaticMapShape ShapeFor(std::size_t entries, unsigned value_bits, unsigned fingerprint_bits) {
  const double count = static_cast<double>(std::max<std::size_t>(entries, 2));
  const auto exponent = static_cast<unsigned>(std::max(2.0, std::floor(std::log(count) / std::log(3.33) + 2.25)));
  StaticMapShape shape;
  shape.segment_length = std::min(1U << std::min(exponent, 18U), kMaxSegmentLength);
  const double factor = std::max(1.125, 0.875 + 0.25 * std::log(1e6) / std::log(count));
  const auto capacity = static_cast<std::uint64_t>(std::ceil(count * factor));
  const std::uint64_t segments = (capacity + shape.segment_length - 1) / shape.segment_length;
  shape.segment_count = static_cast<std::uint32_t>(segments > 2 ? segments - 2 : 1);
  shape.slot_bytes = static_cast<std::uint8_t>((value_bits + fingerprint_bits + 7) / 8);
  shape.value_bits = static_cast<std::uint8_t>(value_bits);
  return shape;
}

struct Peeled {
  std::uint32_t entry;
  std::uint8_t which;  // of its three slots the one that only it needs
};

// Orders the entries so that each has a slot which no later one touches; nothing if this seed gives no such order.
class Peeler {
 public:
  Peeler(std::span<const StaticMapEntry> entries, const StaticMapShape& shape)
      : entries_(entries), shape_(shape), degree_(shape.slots()), members_(shape.slots()) {}

  std::optional<std::vector<Peeled>> Peel() {
    for (std::uint32_t i = 0; i < entries_.size(); ++i) Touch(i, 1);
    std::vector<std::uint64_t> alone;
    for (std::uint64_t slot = 0; slot < degree_.size(); ++slot) {
      if (degree_[slot] == 1) alone.push_back(slot);
    }
    std::vector<Peeled> order;
    order.reserve(entries_.size());
    while (!alone.empty()) {
      const std::uint64_t slot = alone.back();
      alone.pop_back();
      if (degree_[slot] != 1) continue;
      const std::uint32_t entry = members_[slot];
      order.push_back({entry, WhichSlot(entry, slot)});
      Touch(entry, -1);
      for (const std::uint64_t other : SlotsOf(entry)) {
        if (degree_[other] == 1) alone.push_back(other);
      }
    }
    if (order.size() != entries_.size()) return std::nullopt;
    return order;
  }

  std::array<std::uint64_t, 3> SlotsOf(std::uint32_t entry) const {
    const auto slots = shape_.SlotsOf(shape_.Mix(entries_[entry].hash));
    return {slots.first, slots.second, slots.third};
  }

 private:
  // The XOR of its members is the member once there is only one.
  void Touch(std::uint32_t entry, int change) {
    for (const std::uint64_t slot : SlotsOf(entry)) {
      degree_[slot] = static_cast<std::uint32_t>(static_cast<std::int64_t>(degree_[slot]) + change);
      members_[slot] ^= entry;
    }
  }

  std::uint8_t WhichSlot(std::uint32_t entry, std::uint64_t slot) const {
    const auto slots = SlotsOf(entry);
    return static_cast<std::uint8_t>(std::find(slots.begin(), slots.end(), slot) - slots.begin());
  }

  std::span<const StaticMapEntry> entries_;
  const StaticMapShape& shape_;
  std::vector<std::uint32_t> degree_;
  std::vector<std::uint32_t> members_;
};

class SectionWriter {
 public:
  explicit SectionWriter(const StaticMapShape& shape)
      : shape_(shape), bytes_(kStaticMapHeaderBytes + shape.slots() * shape.slot_bytes + kStaticMapPadding, '\0') {
    Put(0, &shape.seed, 8);
    Put(8, &shape.segment_length, 4);
    Put(12, &shape.segment_count, 4);
    Put(16, &shape.slot_bytes, 1);
    Put(17, &shape.value_bits, 1);
    const std::uint64_t slots = shape.slots();
    Put(24, &slots, 8);
  }

  // Last peeled first: then the slot that is its own still is free.
  std::string Fill(std::span<const StaticMapEntry> entries, const std::vector<Peeled>& order, const Peeler& peeler) && {
    for (auto peeled = order.rbegin(); peeled != order.rend(); ++peeled) {
      const StaticMapEntry& entry = entries[peeled->entry];
      const auto slots = peeler.SlotsOf(peeled->entry);
      std::uint64_t sum = shape_.Fingerprint(shape_.Mix(entry.hash)) | entry.value;
      for (const std::uint64_t slot : slots) sum ^= Slot(slot);
      Put(Offset(slots[peeled->which]), &sum, shape_.slot_bytes);
    }
    return std::move(bytes_);
  }

 private:
  std::size_t Offset(std::uint64_t slot) const { return kStaticMapHeaderBytes + slot * shape_.slot_bytes; }
  void Put(std::size_t offset, const void* value, std::size_t size) {
    std::memcpy(bytes_.data() + offset, value, size);
  }
  std::uint64_t Slot(std::uint64_t slot) const {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes_.data() + Offset(slot), shape_.slot_bytes);
    return value;
  }

  const StaticMapShape& shape_;
  std::string bytes_;
};

}  // namespace

base::Result<std::string> BuildStaticMap(std::span<const StaticMapEntry> entries, unsigned value_bits,
                                         unsigned fingerprint_bits) {
  if (entries.empty()) return std::string();
  if (value_bits + fingerprint_bits > 64) {
    return base::Error{base::ErrorCode::kResourceExhausted, "the directory is too large for this format of index"};
  }
  StaticMapShape shape = ShapeFor(entries.size(), value_bits, fingerprint_bits);
  for (int attempt = 1; attempt <= kMaxAttempts; ++attempt) {
    shape.seed = static_cast<std::uint64_t>(attempt) * 0x9E3779B97F4A7C15ULL;
    Peeler peeler(entries, shape);
    if (auto order = peeler.Peel()) return SectionWriter(shape).Fill(entries, *order, peeler);
  }
  return base::Error{base::ErrorCode::kInternal, "no arrangement of the index was found; its hashes are not distinct"};
}

}  // namespace vigie::customers
