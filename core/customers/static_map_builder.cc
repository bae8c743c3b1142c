#include "core/customers/static_map_builder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <optional>
#include <vector>

#include "core/customers/static_map.h"

namespace vigie::customers {
namespace {

constexpr double kLoad = 0.965;
constexpr int kMaxAttempts = 24;
constexpr int kMaxMoves = 5000;
constexpr int kMaxTurns = 256;

StaticMapShape ShapeFor(std::size_t entries, unsigned value_bits, unsigned fingerprint_bits) {
  StaticMapShape shape;
  shape.slot_bits = static_cast<std::uint8_t>(value_bits + fingerprint_bits);
  shape.value_bits = static_cast<std::uint8_t>(value_bits);
  const double per_block = static_cast<double>(shape.slots_per_block()) * kLoad;
  shape.blocks = static_cast<std::uint64_t>(std::ceil(static_cast<double>(entries) / per_block));
  return shape;
}

// Which entries lie in which block: each in its home or its refuge, by cuckoo hashing (Dietzfelbinger, Weidling 2007).
class Placement {
 public:
  Placement(std::span<const StaticMapEntry> entries, const StaticMapShape& shape)
      : entries_(entries),
        shape_(shape),
        capacity_(shape.slots_per_block()),
        members_(shape.blocks * capacity_),
        counts_(shape.blocks) {}

  bool PlaceAll() {
    for (std::uint32_t i = 0; i < entries_.size(); ++i) {
      if (!Place(i)) return false;
    }
    return true;
  }

  std::span<const std::uint32_t> Members(std::uint64_t block) const {
    return {members_.data() + block * capacity_, counts_[block]};
  }
  std::uint64_t Mixed(std::uint32_t entry) const { return shape_.Mix(entries_[entry].hash); }

 private:
  bool Place(std::uint32_t entry) {
    std::uint64_t full = 0;
    for (int move = 0; move < kMaxMoves; ++move) {
      const std::uint64_t mixed = Mixed(entry);
      const std::uint64_t home = shape_.HomeOf(mixed);
      const std::uint64_t refuge = shape_.RefugeOf(mixed);
      if (Add(home, entry) || Add(refuge, entry)) return true;
      // Not back to where it was just thrown out.
      const std::uint64_t block = move > 0 && full == home ? refuge : home;
      full = block;
      random_ = random_ * 6364136223846793005ULL + 1442695040888963407ULL;
      std::swap(entry, members_[block * capacity_ + (random_ >> 33) % capacity_]);
    }
    return false;
  }

  bool Add(std::uint64_t block, std::uint32_t entry) {
    if (counts_[block] == capacity_) return false;
    members_[block * capacity_ + counts_[block]++] = entry;
    return true;
  }

  std::span<const StaticMapEntry> entries_;
  const StaticMapShape& shape_;
  std::size_t capacity_;
  std::vector<std::uint32_t> members_;
  std::vector<std::uint8_t> counts_;
  std::uint64_t random_ = 1;
};

constexpr std::size_t kMaxSlots = 64;
using Slots = std::array<std::uint64_t, kMaxSlots>;

struct Equation {
  std::uint64_t slots = 0;  // bit n: slot n is part of the sum
  std::uint64_t sum = 0;
};

// Gauss and Jordan over GF(2); slots that no equation needs are zero.
std::optional<Slots> Solve(std::span<Equation> equations) {
  std::array<int, kMaxSlots> pivots{};
  for (std::size_t i = 0; i < equations.size(); ++i) {
    const Equation row = equations[i];
    if (row.slots == 0) return std::nullopt;
    pivots[i] = std::countr_zero(row.slots);
    for (std::size_t other = 0; other < equations.size(); ++other) {
      if (other == i || (equations[other].slots >> pivots[i] & 1) == 0) continue;
      equations[other].slots ^= row.slots;
      equations[other].sum ^= row.sum;
    }
  }
  Slots slots{};
  for (std::size_t i = 0; i < equations.size(); ++i) slots[static_cast<std::size_t>(pivots[i])] = equations[i].sum;
  return slots;
}

class SectionWriter {
 public:
  SectionWriter(std::span<const StaticMapEntry> entries, const StaticMapShape& shape, const Placement& placement)
      : entries_(entries),
        shape_(shape),
        placement_(placement),
        bytes_(kStaticMapHeaderBytes + shape.blocks * kStaticMapBlockBytes, '\0') {
    std::memcpy(bytes_.data(), &shape.seed, 8);
    std::memcpy(bytes_.data() + 8, &shape.blocks, 8);
    bytes_[16] = static_cast<char>(shape.slot_bits);
    bytes_[17] = static_cast<char>(shape.value_bits);
  }

  bool Write() {
    for (std::uint64_t block = 0; block < shape_.blocks; ++block) {
      if (!SolveBlock(block, 0)) return false;
    }
    MarkDeparted();
    return TurnAwayImpostors();
  }
  std::string Take() { return std::move(bytes_); }

 private:
  char* Block(std::uint64_t block) { return bytes_.data() + kStaticMapHeaderBytes + block * kStaticMapBlockBytes; }

  // The first turn, from `turn` on, in which the equations of its members have a solution.
  bool SolveBlock(std::uint64_t block, int turn) {
    for (; turn < kMaxTurns; ++turn) {
      std::array<Equation, kMaxSlots> equations{};
      const auto members = placement_.Members(block);
      for (std::size_t i = 0; i < members.size(); ++i) equations[i] = EquationOf(members[i], turn);
      const auto slots = Solve({equations.data(), members.size()});
      if (!slots) continue;
      Store(Block(block), *slots, turn);
      return true;
    }
    return false;
  }

  Equation EquationOf(std::uint32_t entry, int turn) const {
    const std::uint64_t mixed = placement_.Mixed(entry);
    const std::uint64_t picks = StaticMapShape::PicksOf(mixed, static_cast<std::uint8_t>(turn));
    Equation equation;
    for (std::size_t i = 0; i < StaticMapShape::kPicks; ++i) equation.slots ^= 1ULL << shape_.Pick(picks, i);
    equation.sum = shape_.Fingerprint(mixed) | entries_[entry].value;
    return equation;
  }

  void Store(char* block, const Slots& slots, int turn) const {
    std::fill(block + 2, block + kStaticMapBlockBytes, '\0');
    block[0] = static_cast<char>(turn);
    for (std::size_t slot = 0; slot < shape_.slots_per_block(); ++slot) {
      const std::size_t bit = StaticMapShape::kSlotsBegin + slot * shape_.slot_bits;
      const std::size_t byte = std::min(bit / 8, kStaticMapBlockBytes - 8);
      std::uint64_t word = 0;
      std::memcpy(&word, block + byte, sizeof(word));
      word |= slots[slot] << (bit - 8 * byte);
      std::memcpy(block + byte, &word, sizeof(word));
    }
  }

  template <typename Visit>
  void ForEachDeparted(Visit visit) {
    for (std::uint64_t block = 0; block < shape_.blocks; ++block) {
      for (const std::uint32_t entry : placement_.Members(block)) {
        const std::uint64_t mixed = placement_.Mixed(entry);
        if (shape_.HomeOf(mixed) != block) visit(mixed);
      }
    }
  }

  void MarkDeparted() {
    ForEachDeparted([&](std::uint64_t mixed) {
      char& marks = Block(shape_.HomeOf(mixed))[1];
      marks = static_cast<char>(static_cast<std::uint8_t>(marks) | StaticMapShape::MarkOf(mixed));
    });
  }

  // Where a home happens to answer for someone who left it, the home takes another turn.
  bool TurnAwayImpostors() {
    bool solved = true;
    for (bool again = true; again && solved;) {
      again = false;
      ForEachDeparted([&](std::uint64_t mixed) {
        const std::uint64_t home = shape_.HomeOf(mixed);
        if (!Answers(Block(home), mixed)) return;
        again = true;
        solved = solved && SolveBlock(home, static_cast<std::uint8_t>(Block(home)[0]) + 1);
      });
    }
    return solved;
  }

  bool Answers(const char* block, std::uint64_t mixed) const {
    const std::uint64_t picks = StaticMapShape::PicksOf(mixed, static_cast<std::uint8_t>(block[0]));
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < StaticMapShape::kPicks; ++i) {
      sum ^= LoadSlot(block, shape_.Pick(picks, i), shape_.slot_bits);
    }
    return (sum & shape_.slot_mask() & ~shape_.value_mask()) == shape_.Fingerprint(mixed);
  }

  std::span<const StaticMapEntry> entries_;
  const StaticMapShape& shape_;
  const Placement& placement_;
  std::string bytes_;
};

}  // namespace

base::Result<std::string> BuildStaticMap(std::span<const StaticMapEntry> entries, unsigned value_bits,
                                         unsigned fingerprint_bits) {
  if (entries.empty()) return std::string();
  if (value_bits + fingerprint_bits > kMaxStaticMapSlotBits) {
    return base::Error{base::ErrorCode::kResourceExhausted, "the directory is too large for this format of index"};
  }
  StaticMapShape shape = ShapeFor(entries.size(), value_bits, fingerprint_bits);
  for (int attempt = 1; attempt <= kMaxAttempts; ++attempt) {
    shape.seed = static_cast<std::uint64_t>(attempt) * 0x9E3779B97F4A7C15ULL;
    Placement placement(entries, shape);
    if (placement.PlaceAll()) {
      SectionWriter writer(entries, shape, placement);
      if (writer.Write()) return writer.Take();
    }
    // Small maps have no room for bad luck.
    shape.blocks += shape.blocks / 64 + 1;
  }
  return base::Error{base::ErrorCode::kInternal, "no arrangement of the index was found; its hashes are not distinct"};
}

}  // namespace vigie::customers
