#include "server/ingest/batch_taking.h"

#include <algorithm>
#include <map>

#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"
#include "server/gap_reports.h"

namespace vigie::server::ingest {

using base::ErrorCode;
using base::Result;

v1::Ack AckOf(const CheckedBatch& batch, std::uint64_t last) {
  v1::Ack ack;
  ack.set_boot_epoch(batch.boot_epoch);
  ack.set_sequence(last);
  ack.set_credits(static_cast<std::uint32_t>(batch.events.size()));
  ack.set_credit_bytes(batch.bytes);
  return ack;
}

Result<BatchOutcome> BatchTaking::Run(StoreTransaction& transaction) {
  const auto mark = transaction.HighWaterMark(agent_.agent_id, batch_.boot_epoch);
  if (!mark) return mark.error();
  auto ahead = transaction.AheadOf(agent_.agent_id, batch_.boot_epoch);
  if (!ahead) return ahead.error();
  ledger_ = DeliveryLedger(*mark, *ahead);
  std::uint64_t last = 0;
  for (const CheckedEvent& checked : batch_.events) {
    if (checked.sequence <= last) {
      Refuse(checked.sequence, "sequence: must rise from 1");
      continue;
    }
    last = checked.sequence;
    if (auto taken = TakeInPlace(checked, transaction); !taken) return taken.error();
  }
  // Not the mark: an agent that sends again must not be told of what it has not sent yet.
  outcome_.ack.MergeFrom(AckOf(batch_, batch_.ahead ? 0 : last));
  if (auto kept = Keep({batch_.boot_epoch, *mark, *ahead}, ledger_, transaction); !kept) return kept.error();
  return std::move(outcome_);
}

Result<void> BatchTaking::TakeInPlace(const CheckedEvent& checked, StoreTransaction& transaction) {
  const std::uint64_t former_mark = ledger_.mark();
  const auto place = batch_.ahead ? ledger_.TakeAhead(checked.sequence) : ledger_.Take(checked.sequence);
  if (place == DeliveryLedger::Place::kNoRoom) return {};
  if (batch_.ahead) outcome_.ack.add_ahead(checked.sequence);
  if (place == DeliveryLedger::Place::kTooFar) {
    Refuse(checked.sequence, "sequence: leaps by more than 2^32");
    return {};
  }
  if (!batch_.ahead) {
    if (auto noted = NoteMissing(checked, former_mark, transaction); !noted) return noted;
  }
  if (place == DeliveryLedger::Place::kNew) return Take(checked, transaction);
  ++outcome_.counts.repeated;
  return {};
}

Result<void> BatchTaking::Take(const CheckedEvent& checked, StoreTransaction& transaction) {
  if (!checked.refusal.empty()) {
    Refuse(checked.sequence, checked.refusal);
    return {};
  }
  const v1::Event& event = checked.event;
  const auto seal = SealNumber(checked, transaction);
  if (!seal) return seal.error();
  const auto appended = transaction.AppendEvent(event, event.host(), {checked.digest, *seal});
  if (!appended && appended.error().code == ErrorCode::kAlreadyExists) {
    ++outcome_.counts.repeated;
    return {};
  }
  if (!appended) return appended;
  ++outcome_.counts.accepted;
  if (batch_.ahead) ++outcome_.counts.ahead;
  if (checked.had_unknown_fields) ++outcome_.counts.reasons["unknown fields (dropped, the event was taken)"];
  if (checked.broken_link) ++outcome_.counts.reasons["link: does not follow the event before it (the event was taken)"];
  if (event.has_gap()) {
    if (auto listed = AddGap(ToldGap(event, event.host()), transaction); !listed) return listed;
    if (auto given_up = GiveUp(event, transaction); !given_up) return given_up;
  }
  return detection_.Observe(event, transaction);
}

Result<std::uint64_t> BatchTaking::SealNumber(const CheckedEvent& checked, StoreTransaction& transaction) {
  if (!checked.sealed) return std::uint64_t{0};
  if (seal_number_ != 0) return seal_number_;
  const auto number = transaction.AddBatch(*batch_.seal);
  if (number) seal_number_ = *number;
  return number;
}

Result<void> BatchTaking::GiveUp(const v1::Event& event, StoreTransaction& transaction) {
  std::map<std::uint64_t, SequenceRanges> by_epoch;
  for (const v1::SequenceRange& range : event.gap().never_sent()) {
    // Nobody gives up what comes after: that would drop it.
    const std::uint64_t end = range.boot_epoch() == event.boot_epoch() ? event.sequence() : kMaxSequence;
    if (range.boot_epoch() > event.boot_epoch() || range.first() >= end) continue;
    by_epoch[range.boot_epoch()].AddRange({range.first(), std::min(range.last(), end - 1)});
  }
  for (const auto& [epoch, ranges] : by_epoch) {
    const auto removed = transaction.RemoveMissing(agent_.agent_id, epoch, ranges);
    if (!removed) return removed.error();
    outcome_.counts.given_up += *removed;
    if (epoch == batch_.boot_epoch) {
      for (const SequenceRange& range : ranges.List()) ledger_.GiveUp(range);
    } else if (auto kept = GiveUpBefore(epoch, ranges, transaction); !kept) {
      return kept;
    }
  }
  return {};
}

Result<void> BatchTaking::GiveUpBefore(std::uint64_t boot_epoch, const SequenceRanges& ranges,
                                       StoreTransaction& transaction) {
  const auto mark = transaction.HighWaterMark(agent_.agent_id, boot_epoch);
  if (!mark) return mark.error();
  const auto ahead = transaction.AheadOf(agent_.agent_id, boot_epoch);
  if (!ahead) return ahead.error();
  DeliveryLedger former(*mark, *ahead);
  for (const SequenceRange& range : ranges.List()) former.GiveUp(range);
  return Keep({boot_epoch, *mark, *ahead}, former, transaction);
}

Result<base::SystemTime> BatchTaking::TimeOfSequence(std::uint64_t sequence, base::SystemTime otherwise,
                                                     StoreTransaction& transaction) const {
  v1::Event known;
  known.set_agent_id(agent_.agent_id);
  known.set_boot_epoch(batch_.boot_epoch);
  known.set_sequence(sequence);
  const auto events = transaction.EventsById({contract::EventId(known)});
  if (!events) return events.error();
  return events->empty() ? otherwise : std::min(otherwise, contract::HappenedAt(events->front()));
}

Result<void> BatchTaking::NoteMissing(const CheckedEvent& next, std::uint64_t former_mark,
                                      StoreTransaction& transaction) {
  if (ledger_.missing().empty()) return {};
  // Of a refused event the time is not believed; then it is that of the newest one kept before.
  const bool believed = next.refusal.empty();
  const base::SystemTime received = batch_.received_at;
  const base::SystemTime until = believed ? contract::HappenedAt(next.event) : received;
  const auto from = TimeOfSequence(former_mark, until, transaction);
  if (!from) return from.error();
  v1::GapReport gap;
  gap.set_kind(v1::GAP_KIND_MISSING);
  gap.set_agent_id(agent_.agent_id);
  gap.set_host(agent_.host);
  gap.set_sensor("delivery");
  gap.set_reason("events were told on the host and never arrived");
  *gap.mutable_from() = contract::ToProto(*from);
  *gap.mutable_until() = contract::ToProto(until);
  *gap.mutable_noticed_at() = contract::ToProto(received);
  gap.set_boot_epoch(batch_.boot_epoch);
  for (const SequenceRange& hole : ledger_.missing()) {
    gap.set_first_sequence(hole.first);
    gap.set_last_sequence(hole.last);
    gap.set_lost(hole.last - hole.first + 1);
    outcome_.counts.missing += gap.lost();
    if (auto added = AddGap(gap, transaction); !added) return added;
  }
  return {};
}

Result<void> BatchTaking::Keep(const Former& former, const DeliveryLedger& ledger, StoreTransaction& transaction) {
  if (ledger.mark() != former.mark) {
    auto marked = transaction.SetHighWaterMark(agent_.agent_id, former.boot_epoch, ledger.mark());
    if (!marked) return marked;
  }
  if (ledger.ahead() == former.ahead) return {};
  return transaction.SetAhead(agent_.agent_id, former.boot_epoch, ledger.ahead());
}

Result<void> BatchTaking::AddGap(const v1::GapReport& gap, StoreTransaction& transaction) {
  if (auto added = transaction.AddGap(gap); !added) return added;
  return witness_ == nullptr ? Result<void>() : witness_->OnGapAdded(gap, transaction);
}

void BatchTaking::Refuse(std::uint64_t sequence, const std::string& reason) {
  v1::Rejection& rejection = *outcome_.ack.add_rejections();
  rejection.set_sequence(sequence);
  rejection.set_reason(reason);
  ++outcome_.counts.rejected;
  ++outcome_.counts.reasons[reason];
}

}  // namespace vigie::server::ingest
