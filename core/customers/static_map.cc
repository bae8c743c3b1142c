#include "core/customers/static_map.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace vigie::customers {
namespace {

constexpr std::uint64_t kMaxSlots = std::uint64_t{1} << 36;

std::uint64_t MaskOf(unsigned bits) {
  return bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
}

std::uint64_t MultiplyHigh(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(a) * b) >> 64);
}

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

// The finaliser of MurmurHash3: every bit of the hash reaches every slot.
std::uint64_t StaticMapShape::Mix(std::uint64_t hash) const {
  std::uint64_t h = hash + seed;
  h = (h ^ (h >> 33)) * 0xFF51AFD7ED558CCDULL;
  h = (h ^ (h >> 33)) * 0xC4CEB9FE1A85EC53ULL;
  return h ^ (h >> 33);
}

StaticMapShape::Slots StaticMapShape::SlotsOf(std::uint64_t mixed) const {
  const std::uint64_t mask = segment_length - 1;
  const std::uint64_t first = MultiplyHigh(mixed, std::uint64_t{segment_count} * segment_length);
  const std::uint64_t second = (first + segment_length) ^ ((mixed >> 18) & mask);
  const std::uint64_t third = (first + 2 * std::uint64_t{segment_length}) ^ (mixed & mask);
  return {first, second, third};
}

std::uint64_t StaticMapShape::Fingerprint(std::uint64_t mixed) const {
  // Other bits than those which chose the slots decide.
  const std::uint64_t print = (mixed ^ (mixed >> 32)) * 0x9E3779B97F4A7C15ULL;
  const std::uint64_t folded = print ^ (print >> 29);
  return (folded << value_bits) & MaskOf(slot_bytes * 8U);
}

base::Result<StaticMap> StaticMap::Open(std::string_view section) {
  if (section.empty()) return StaticMap();
  if (section.size() < kStaticMapHeaderBytes + kStaticMapPadding) return Wrong("a section is too short");
  StaticMap map;
  StaticMapShape& shape = map.shape_;
  shape.seed = Take<std::uint64_t>(section, 0);
  shape.segment_length = Take<std::uint32_t>(section, 8);
  shape.segment_count = Take<std::uint32_t>(section, 12);
  shape.slot_bytes = Take<std::uint8_t>(section, 16);
  shape.value_bits = Take<std::uint8_t>(section, 17);
  if (!std::has_single_bit(shape.segment_length) || shape.segment_count == 0) return Wrong("a section has no segments");
  if (shape.slot_bytes < 1 || shape.slot_bytes > 8) return Wrong("a section has slots of an impossible size");
  if (shape.value_bits >= shape.slot_bytes * 8) return Wrong("a section has no room for fingerprints");
  if (shape.slots() > kMaxSlots || Take<std::uint64_t>(section, 24) != shape.slots() ||
      section.size() != kStaticMapHeaderBytes + shape.slots() * shape.slot_bytes + kStaticMapPadding) {
    return Wrong("a section is not as long as its number of slots says");
  }
  map.slots_ = section.data() + kStaticMapHeaderBytes;
  map.slot_mask_ = MaskOf(shape.slot_bytes * 8U);
  return map;
}

std::uint64_t StaticMap::Load(std::uint64_t slot) const {
  std::uint64_t value = 0;
  std::memcpy(&value, slots_ + slot * shape_.slot_bytes, sizeof(value));
  return value;
}

std::optional<std::uint64_t> StaticMap::Find(std::uint64_t hash) const {
  if (slots_ == nullptr) return std::nullopt;
  const std::uint64_t mixed = shape_.Mix(hash);
  const auto slots = shape_.SlotsOf(mixed);
  const std::uint64_t sum = (Load(slots.first) ^ Load(slots.second) ^ Load(slots.third)) & slot_mask_;
  const std::uint64_t value_mask = MaskOf(shape_.value_bits);
  if ((sum & ~value_mask) != shape_.Fingerprint(mixed)) return std::nullopt;
  return sum & value_mask;
}

std::uint64_t StaticMap::FindAll(std::span<const std::uint64_t> hashes, std::span<std::uint64_t> values) const {
  constexpr std::size_t kBatch = 16;
  std::uint64_t found = 0;
  for (std::size_t i = 0; i < std::min(kBatch, hashes.size()); ++i) Prefetch(hashes[i]);
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    if (i + kBatch < hashes.size()) Prefetch(hashes[i + kBatch]);
    const auto value = Find(hashes[i]);
    values[i] = value.value_or(kNotFound);
    found += value ? 1 : 0;
  }
  return found;
}

void StaticMap::Prefetch(std::uint64_t hash) const {
  if (slots_ == nullptr) return;
  const auto slots = shape_.SlotsOf(shape_.Mix(hash));
  __builtin_prefetch(slots_ + slots.first * shape_.slot_bytes);
  __builtin_prefetch(slots_ + slots.second * shape_.slot_bytes);
  __builtin_prefetch(slots_ + slots.third * shape_.slot_bytes);
}

}  // namespace vigie::customers
