#include "server/ingest/delivery_ledger.h"

#include <algorithm>

namespace vigie::server::ingest {

DeliveryLedger::Place DeliveryLedger::Take(std::uint64_t sequence) {
  missing_.clear();
  if (sequence <= mark_) return Place::kRepeated;
  if (sequence - mark_ > kLongestLeap) return Place::kTooFar;
  const bool repeated = ahead_.Contains(sequence);
  missing_ = ahead_.HolesBetween(mark_, sequence);
  MoveTo(sequence);
  return repeated ? Place::kRepeated : Place::kNew;
}

DeliveryLedger::Place DeliveryLedger::TakeAhead(std::uint64_t sequence) {
  if (sequence <= mark_ || ahead_.Contains(sequence)) return Place::kRepeated;
  if (sequence - mark_ > kLongestLeap) return Place::kTooFar;
  if (sequence == mark_ + 1) {
    MoveTo(sequence);
    return Place::kNew;
  }
  if (ahead_.Extends(sequence) && ahead_.range_count() >= kMostRanges) return Place::kNoRoom;
  ahead_.Add(sequence);
  return Place::kNew;
}

void DeliveryLedger::GiveUp(SequenceRange range) {
  range.first = std::max(range.first, mark_ + 1);
  const bool believed = range.last >= range.first && range.last - mark_ <= kLongestLeap;
  if (!believed || ahead_.range_count() >= kMostRanges) return;
  ahead_.AddRange(range);
  if (ahead_.Contains(mark_ + 1)) MoveTo(mark_ + 1);
}

void DeliveryLedger::MoveTo(std::uint64_t sequence) {
  // What came ahead and follows without a hole has its turn now, too.
  mark_ = ahead_.Contains(sequence + 1) ? ahead_.EndOfRun(sequence + 1) : ahead_.EndOfRun(sequence);
  ahead_.RemoveUpTo(mark_);
}

}  // namespace vigie::server::ingest
