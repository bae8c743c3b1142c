#pragma once

#include <cstdint>
#include <vector>

#include "server/sequence_ranges.h"

namespace vigie::server::ingest {

// Which sequences of one agent's epoch have come: all up to the mark (or they are missing), and those beyond it that
// came ahead of their turn. Each is new once, whatever is repeated. A pure value; not thread-safe.
class DeliveryLedger {
 public:
  enum class Place { kNew, kRepeated, kTooFar, kNoRoom };

  // A leap beyond this is no loss but nonsense.
  static constexpr std::uint64_t kLongestLeap = std::uint64_t{1} << 32;
  // Bounds what is kept of an agent that sends every other event ahead.
  static constexpr std::size_t kMostRanges = 4096;

  DeliveryLedger() = default;
  DeliveryLedger(std::uint64_t mark, SequenceRanges ahead) : mark_(mark), ahead_(std::move(ahead)) {}

  // In its turn: what is skipped is missing, save what came ahead. kTooFar: nothing changes.
  Place Take(std::uint64_t sequence);
  // Before its turn: nothing is missing for it. kTooFar, and kNoRoom (send it again in its turn): nothing changes.
  Place TakeAhead(std::uint64_t sequence);
  // Will not come, as its host says: it is not missing. What leaps too far, or has no room, is left out.
  void GiveUp(SequenceRange range);

  std::uint64_t mark() const { return mark_; }
  const SequenceRanges& ahead() const { return ahead_; }
  // Found by the last Take; ascending.
  const std::vector<SequenceRange>& missing() const { return missing_; }

 private:
  void MoveTo(std::uint64_t sequence);

  std::uint64_t mark_ = 0;
  SequenceRanges ahead_;
  std::vector<SequenceRange> missing_;
};

}  // namespace vigie::server::ingest
