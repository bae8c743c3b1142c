#include "server/ingest/event_checks.h"

#include <algorithm>
#include <utility>

#include "core/customers/record_set.h"
#include "core/evidence/event_digest.h"
#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"
#include "server/ingest/seal_check.h"

namespace vigie::server::ingest {
namespace {

using base::Result;

constexpr std::size_t kMostSaltBytes = 64;
constexpr std::uint32_t kMostRecords = 1U << 26;  // a bitmap of runs is small however many ids it stands for

base::Error Invalid(std::string_view field, std::string_view rule) {
  return {base::ErrorCode::kInvalidArgument, std::string(field) + ": " + std::string(rule)};
}

Result<void> CheckFinding(const std::string& field, const v1::CustomerFinding& finding) {
  const auto records = customers::RecordSet::Parse(finding.records());
  if (!records) return Invalid(field + ".records", "is no record set");
  if (records->size() > kMostRecords) return Invalid(field + ".records", "more than 67,108,864");
  if (records->size() != finding.distinct()) return Invalid(field + ".distinct", "is not the number of records");
  if (finding.salt().size() > kMostSaltBytes) return Invalid(field + ".salt", "longer than 64 bytes");
  if (!finding.concealed().empty()) return Invalid(field + ".concealed", "is none of what a host tells");
  return {};
}

Result<void> CheckNumbers(const v1::Event& event, const AgentIdentity& agent) {
  if (event.boot_epoch() > kMaxSequence) return Invalid("boot_epoch", "must be below 2^53");
  if (event.sequence() > kMaxSequence) return Invalid("sequence", "must be below 2^53");
  if (agent.boot_epoch != 0 && event.boot_epoch() > agent.boot_epoch) {
    return Invalid("boot_epoch", "is after the one of the greeting");
  }
  if (!event.previous().empty() && event.previous().size() != sizeof(evidence::Digest)) {
    return Invalid("previous", "must be 32 bytes");
  }
  return {};
}

// The event as the collector keeps it, save what it says itself.
void Stamp(v1::Event& event, const BatchOrigin& origin) {
  *event.mutable_received_at() = contract::ToProto(origin.received_at);
  event.set_host(event.has_activity() ? event.activity().host() : origin.agent.host);
  event.clear_clock_offset();
  event.clear_told_digest();
  if (origin.agent.clock_offset.count() != 0)
    *event.mutable_clock_offset() = contract::ToProto(origin.agent.clock_offset);
}

Result<void> DropUnknownFields(CheckedEvent& checked) {
  const std::size_t whole = checked.event.ByteSizeLong();
  checked.event.DiscardUnknownFields();
  const std::size_t unknown = whole - checked.event.ByteSizeLong();
  checked.had_unknown_fields = unknown > 0;
  if (unknown > kMaxUnknownBytes) return Invalid("event", "holds more than 4 KiB of fields that are not known here");
  return {};
}

// The digest that was signed of the event is that of what is kept, or of what it was before fields were dropped.
Result<void> HoldAgainstSeal(CheckedEvent& checked, const std::optional<evidence::Digest>& sealed) {
  checked.sealed = sealed.has_value();
  if (!sealed || *sealed == checked.digest) return {};
  if (!checked.had_unknown_fields) return Invalid("seal", "is of another event");
  checked.event.set_told_digest(std::string(evidence::Bytes(*sealed)));
  return {};
}

// What a host had spooled before it gave any: the collector's chain alone holds it.
void SaltLate(CheckedEvent& checked) {
  if (!evidence::SaltRecords(checked.event)) return;
  checked.event.clear_told_digest();
  checked.digest = evidence::EventDigest(checked.event);
  checked.sealed = false;
}

Result<void> CheckOne(CheckedEvent& checked, const CheckedBatch& batch, const BatchOrigin& origin) {
  // First: nothing below has to fear a giant.
  if (checked.event.ByteSizeLong() > contract::kMaxEventBytes) return Invalid("event", "larger than 1 MiB");
  if (auto known = DropUnknownFields(checked); !known) return known;
  if (checked.event.boot_epoch() != batch.boot_epoch)
    return Invalid("boot_epoch", "must be the same in all of a batch");
  const auto sealed = batch.seal ? evidence::DigestIn(*batch.seal, checked.sequence) : std::nullopt;
  if (!sealed) (void)evidence::SaltRecords(checked.event);
  checked.digest = evidence::EventDigestInPlace(checked.event);
  Stamp(checked.event, origin);
  if (auto held = HoldAgainstSeal(checked, sealed); !held) return held;
  SaltLate(checked);
  return CheckEvent(checked.event, origin.agent, origin.received_at);
}

bool IsBehind(const CheckedEvent& before, const CheckedEvent& event) {
  return before.refusal.empty() && before.sequence + 1 == event.sequence && !event.event.previous().empty();
}

void NoteLink(CheckedEvent& checked, const CheckedBatch& batch) {
  if (batch.events.empty() || !IsBehind(batch.events.back(), checked)) return;
  const CheckedEvent& before = batch.events.back();
  const auto expected = evidence::HostDigest(before.event, before.digest);
  checked.broken_link = !expected || checked.event.previous() != evidence::Bytes(*expected);
}

void AddChecked(CheckedEvent checked, const BatchOrigin& origin, CheckedBatch& batch) {
  if (checked.refusal.empty()) {
    if (auto good = CheckOne(checked, batch, origin); !good) checked.refusal = good.error().message;
  }
  if (checked.refusal.empty()) {
    NoteLink(checked, batch);
  } else {
    checked.event.Clear();
  }
  batch.events.push_back(std::move(checked));
}

CheckedEvent Decode(std::uint64_t sequence, const std::string& bytes) {
  CheckedEvent checked;
  checked.sequence = sequence;
  if (bytes.size() > contract::kMaxEventBytes) {
    checked.refusal = "event: larger than 1 MiB";
  } else if (!checked.event.ParseFromString(bytes)) {
    checked.refusal = "event: does not parse";
  } else if (checked.event.sequence() != sequence) {
    checked.refusal = "sequence: is not the one it was sent under";
  }
  return checked;
}

Result<void> CheckShape(const v1::EventBatch& batch) {
  const int count = batch.events_size() + batch.encoded_size();
  if (count == 0) return Invalid("batch.events", "must not be empty");
  if (batch.events_size() > 0 && batch.encoded_size() > 0) {
    return Invalid("batch.encoded", "must not stand beside batch.events");
  }
  if (count > contract::kMaxBatchEvents) return Invalid("batch.events", "more than 1000");
  if (batch.sequences_size() != batch.encoded_size()) return Invalid("batch.sequences", "as many as batch.encoded");
  if (batch.ByteSizeLong() > contract::kMaxBatchBytes) return Invalid("batch", "larger than 3 MiB");
  return {};
}

}  // namespace

Result<CheckedBatch> CheckBatch(v1::EventBatch batch, const BatchOrigin& origin) {
  if (auto shaped = CheckShape(batch); !shaped) return shaped.error();
  CheckedBatch checked;
  checked.ahead = batch.ahead();
  checked.received_at = origin.received_at;
  checked.boot_epoch = batch.events().empty() ? batch.boot_epoch() : batch.events(0).boot_epoch();
  SealCheck seal = CheckSeal(batch, origin);
  checked.seal = std::move(seal.seal);
  checked.events.reserve(static_cast<std::size_t>(batch.events_size() + batch.encoded_size()));
  for (v1::Event& event : *batch.mutable_events()) {
    checked.bytes += event.ByteSizeLong();
    const std::uint64_t sequence = event.sequence();
    AddChecked({.sequence = sequence, .event = std::move(event), .refusal = seal.refusal}, origin, checked);
  }
  for (int i = 0; i < batch.encoded_size(); ++i) {
    checked.bytes += batch.encoded(i).size();
    CheckedEvent event = Decode(batch.sequences(i), batch.encoded(i));
    if (!seal.refusal.empty()) event.refusal = seal.refusal;
    AddChecked(std::move(event), origin, checked);
  }
  return checked;
}

Result<void> CheckEvent(const v1::Event& event, const AgentIdentity& agent, base::SystemTime now) {
  if (auto valid = contract::ValidateEvent(event); !valid) return valid;
  if (auto believable = CheckNumbers(event, agent); !believable) return believable;
  if (event.agent_id() != agent.agent_id) return Invalid("agent_id", "is not the one of the agent's certificate");
  if (event.has_activity()) {
    const std::string& host = event.activity().host();
    if (host != agent.host && host != agent.enrolled_host) return Invalid("activity.host", "is not the agent's host");
  }
  const auto& at = event.has_activity() ? event.activity().at() : event.gap().until();
  // As the host said it, or corrected, whichever is earlier: what was told before the host's clock was set right is
  // corrected by an offset that is not its own, and must not be lost for that.
  const auto correction = std::min(contract::ClockOffsetOf(event), std::chrono::nanoseconds::zero());
  if (contract::FromProto(at) + correction > now + kMaxAhead) {
    return Invalid(event.has_activity() ? "activity.at" : "gap.until", "more than 24 h ahead of the collector's clock");
  }
  if (auto good = CheckFinding("inspection.customers", event.inspection().customers()); !good) return good;
  for (const v1::CustomerFinding& other : event.inspection().customers_of_other_ledgers()) {
    if (auto good = CheckFinding("inspection.customers_of_other_ledgers", other); !good) return good;
  }
  return {};
}

}  // namespace vigie::server::ingest
