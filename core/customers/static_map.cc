#include "core/customers/static_map.h"

#include "core/customers/static_map_lanes.h"

namespace vigie::customers {
namespace {

constexpr std::uint64_t kMaxBlocks = std::uint64_t{1} << 32;

template <typename T>
T Take(std::string_view bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

base::Error Wrong(const char* what) {
  return {base::ErrorCode::kDataLoss, what};
}

}  // namespace

base::Result<StaticMap> StaticMap::Open(std::string_view section) {
  if (section.empty()) return StaticMap();
  if (section.size() < kStaticMapHeaderBytes) return Wrong("a section is too short");
  StaticMap map;
  StaticMapShape& shape = map.shape_;
  shape.seed = Take<std::uint64_t>(section, 0);
  shape.blocks = Take<std::uint64_t>(section, 8);
  shape.slot_bits = Take<std::uint8_t>(section, 16);
  shape.value_bits = Take<std::uint8_t>(section, 17);
  if (shape.slot_bits < 8 || shape.slot_bits > kMaxStaticMapSlotBits) {
    return Wrong("a section has slots of an impossible size");
  }
  if (shape.value_bits >= shape.slot_bits) return Wrong("a section has no room for fingerprints");
  if (shape.blocks == 0 || shape.blocks > kMaxBlocks ||
      section.size() != kStaticMapHeaderBytes + shape.blocks * kStaticMapBlockBytes) {
    return Wrong("a section is not as long as its number of blocks says");
  }
  for (std::size_t picked = 0; picked < map.places_.size(); ++picked) {
    const std::size_t bit =
        StaticMapShape::kSlotsBegin + shape.SlotOf(static_cast<std::uint8_t>(picked)) * shape.slot_bits;
    const std::size_t byte = std::min(bit / 8, kStaticMapBlockBytes - 8);
    map.places_[picked] = {static_cast<std::uint8_t>(byte), static_cast<std::uint8_t>(bit - 8 * byte)};
  }
  map.blocks_ = section.data() + kStaticMapHeaderBytes;
  return map;
}

[[gnu::always_inline]] inline std::uint64_t StaticMap::Sum(const char* block, std::uint64_t mixed) const {
  const std::uint64_t picks = StaticMapShape::PicksOf(mixed, static_cast<std::uint8_t>(block[0]));
  const auto slot = [&](std::size_t which) {
    const Place place = places_[picks >> (8 * which) & 0xFF];
    std::uint64_t word = 0;
    std::memcpy(&word, block + place.byte, sizeof(word));
    return word >> place.shift;
  };
  static_assert(StaticMapShape::kPicks == 5);
  return (slot(0) ^ slot(1) ^ slot(2) ^ slot(3) ^ slot(4)) & shape_.slot_mask();
}

[[gnu::always_inline]] inline const char* StaticMap::RefugeOf(std::uint64_t mixed) const {
  return blocks_ + shape_.RefugeOf(mixed) * kStaticMapBlockBytes;
}

[[gnu::always_inline]] inline std::uint64_t StaticMap::FindIn(const char* block, std::uint64_t mixed) const {
  const std::uint64_t value_mask = shape_.value_mask();
  const std::uint64_t sum = Sum(block, mixed);
  return (sum & ~value_mask) == shape_.Fingerprint(mixed) ? sum & value_mask : kNotFound;
}

std::optional<std::uint64_t> StaticMap::Find(std::uint64_t hash) const {
  if (empty()) return std::nullopt;
  const std::uint64_t mixed = shape_.Mix(hash);
  const char* home = HomeOf(mixed);
  std::uint64_t value = FindIn(home, mixed);
  if (value == kNotFound && MayHaveLeft(home, mixed)) value = FindIn(RefugeOf(mixed), mixed);
  if (value == kNotFound) return std::nullopt;
  return value;
}

std::uint64_t StaticMap::FindAll(std::span<const std::uint64_t> hashes, std::span<std::uint64_t> values) const {
  if (empty() || !HasMapLanes(shape_)) return FindAllPortably(hashes, values);
  const std::size_t count = hashes.size() / kMapLanes * kMapLanes;
  const auto in_lanes = values.first(count);
  FindInLanes({shape_, blocks_, hashes.first(count), in_lanes});
  const auto missed = static_cast<std::uint64_t>(std::count(in_lanes.begin(), in_lanes.end(), kNotFound));
  return count - missed + FindAllPortably(hashes.subspan(count), values.subspan(count));
}

std::uint64_t StaticMap::FindAllPortably(std::span<const std::uint64_t> hashes, std::span<std::uint64_t> values) const {
  if (empty()) {
    std::fill(values.begin(), values.end(), kNotFound);
    return 0;
  }
  // Two rounds, at home and at the refuges: no look-up waits for its second block while others could go on.
  std::uint64_t found = 0;
  for (std::size_t begin = 0; begin < hashes.size(); begin += kAtOnce) {
    const std::size_t count = std::min(kAtOnce, hashes.size() - begin);
    found += FindSome(hashes.subspan(begin, count), values.subspan(begin, count));
  }
  return found;
}

std::uint64_t StaticMap::FindSome(std::span<const std::uint64_t> hashes, std::span<std::uint64_t> values) const {
  std::array<std::uint64_t, kAtOnce> mixed;
  std::array<const char*, kAtOnce> homes;
  std::array<std::uint16_t, kAtOnce> away;
  std::size_t away_count = 0;
  std::uint64_t found = 0;
  const auto start = [&](std::size_t i) {
    mixed[i] = shape_.Mix(hashes[i]);
    homes[i] = HomeOf(mixed[i]);
    __builtin_prefetch(homes[i]);
  };
  for (std::size_t i = 0; i < std::min(kAhead, hashes.size()); ++i) start(i);
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    if (i + kAhead < hashes.size()) start(i + kAhead);
    const char* const home = homes[i];
    values[i] = FindIn(home, mixed[i]);
    const bool is_away = values[i] == kNotFound && MayHaveLeft(home, mixed[i]);
    found += values[i] != kNotFound ? 1 : 0;
    if (!is_away) continue;
    away[away_count++] = static_cast<std::uint16_t>(i);
    __builtin_prefetch(RefugeOf(mixed[i]));
  }
  for (std::size_t i = 0; i < away_count; ++i) {
    const std::uint64_t here = mixed[away[i]];
    values[away[i]] = FindIn(RefugeOf(here), here);
    found += values[away[i]] != kNotFound ? 1 : 0;
  }
  return found;
}

}  // namespace vigie::customers
