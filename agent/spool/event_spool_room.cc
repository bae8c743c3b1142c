// Room in the spool: what is given up for it, and what was lost for want of it.
#include <algorithm>
#include <chrono>
#include <utility>

#include "agent/spool/event_spool.h"

namespace vigie::agent::spool {

using base::Error;
using base::Result;

// False: there is none but that of more severe events. The gap that tells of it may go over the cap.
Result<bool> EventSpool::MakeRoom(State& state, const v1::Event& event) {
  const std::uint64_t needed = event.ByteSizeLong() + seal::HostKey::kOverhead;
  if (needed > options_.byte_cap) return false;
  if (state.ledger.counts.bytes + needed <= options_.byte_cap) return true;
  const std::uint64_t over = state.ledger.counts.bytes + needed - options_.byte_cap;
  const std::uint64_t wanted = std::max(over, options_.byte_cap / 64);
  const EventSeverity most = SeverityOf(event);
  std::vector<RowHead> victims;
  std::uint64_t freed = 0;
  const auto read = state.table->EachBySeverity(EventSeverity::kLow, [&](const RowHead& head) {
    const bool another = !victims.empty() && head.severity != victims.back().severity;
    if (head.severity > most || freed >= wanted || (another && freed >= over)) return false;
    victims.push_back(head);
    freed += head.bytes;
    return true;
  });
  if (!read) return read.error();
  if (freed < over) return false;
  const std::string reason = "the spool is full: the oldest of the least severe events are given up";
  if (auto added = AddLedger(state, reason, victims); !added) return added.error();
  if (auto evicted = Evict(state, victims, reason); !evicted) return evicted.error();
  return true;
}

// Gaps that say the same and are still here become one with the new one: many small ones would take the room that they
// tell of.
Result<void> EventSpool::AddLedger(State& state, const std::string& reason, std::vector<RowHead>& victims) {
  constexpr std::size_t kMost = 64;
  std::vector<RowHead> gaps;
  const auto read = state.table->EachBySeverity(EventSeverity::kLedger, [&](const RowHead& head) {
    gaps.push_back(head);
    return gaps.size() < kMost;
  });
  if (!read) return read;
  for (const RowHead& head : gaps) {
    const auto event = state.table->Find(head.key);
    if (!event) return event.error();
    // What was refused for want of room is told by gaps of its own.
    const bool same = event->gap().reason() == reason || event->gap().reason().starts_with("the spool holds its");
    if (same) victims.push_back(head);
  }
  return {};
}

Result<void> EventSpool::Evict(State& state, const std::vector<RowHead>& victims, const std::string& reason) {
  if (victims.empty()) return {};
  const auto at = [](const RowHead& head) { return base::SystemTime(std::chrono::milliseconds(head.at_ms)); };
  v1::Gap gap = MakeGap(reason, at(victims.front()));
  for (const RowHead& victim : victims) {
    AddNeverSent(gap, victim.key);
    Widen(gap, at(victim));
    v1::Event event;
    if (victim.severity == EventSeverity::kMedium || victim.severity == EventSeverity::kLedger) {  // it may be a gap
      auto found = state.table->Find(victim.key);
      if (!found) return found.error();
      event = *std::move(found);
    }
    if (event.has_gap()) Fold(gap, event.gap());
    if (!event.has_gap()) gap.set_lost(gap.lost() + 1);
    if (auto deleted = state.table->Delete(victim.key); !deleted) return deleted;
    if (victim.severity != EventSeverity::kLedger) ++state.ledger.counts.evicted;
    --state.ledger.counts.events;
    state.ledger.counts.bytes -= std::min(victim.bytes, state.ledger.counts.bytes);
  }
  return StoreGap(state, std::move(gap));
}

Result<void> EventSpool::EvictAged(State& state) {
  constexpr std::size_t kAtOnce = 10'000;
  const auto before =
      std::chrono::duration_cast<std::chrono::milliseconds>((clock_.Now() - options_.age_cap).time_since_epoch());
  std::vector<RowHead> victims;
  const auto read = state.table->EachOlderThan(before.count(), [&](const RowHead& head) {
    victims.push_back(head);
    return victims.size() < kAtOnce;
  });
  if (!read) return read;
  return Evict(state, victims, "kept for longer than the spool's age limit without reaching the collector");
}

void EventSpool::CountLost(State& state, const Error& error) {
  v1::Gap gap = MakeGap(error.message, clock_.Now());
  gap.set_lost(1);
  ++state.ledger.counts.lost;
  state.ledger.counts.last_error = error.message;
  const v1::Gap& kept = state.ledger.untold.Add(gap);
  // On a disk that takes nothing it is in memory only; the log has the error already.
  if (state.table && !state.doubted) (void)WriteOnce(state, [&] { return state.table->KeepGap(kept); });
}

}  // namespace vigie::agent::spool
