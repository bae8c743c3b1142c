#include <algorithm>
#include <iterator>

#include "core/evidence/digest.h"
#include "server/store/memory/memory_store.h"
#include "server/store/memory/memory_transaction.h"

namespace vigie::server {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

class MemoryEvidenceReader final : public EvidenceReader {
 public:
  explicit MemoryEvidenceReader(std::shared_ptr<const MemoryState> state) : state_(std::move(state)) {}

  Result<Linked> LinkedTo(const std::string& incident_id) override {
    const auto linked = state_->incident_events.find(incident_id);
    if (linked == state_->incident_events.end() || linked->second.empty()) return Linked{};
    return Linked{linked->second.size(), static_cast<std::int64_t>(*linked->second.rbegin()) + 1};
  }

  Result<void> EachOfIncident(const std::string& incident_id, std::int64_t last, const Each& each) override {
    const auto linked = state_->incident_events.find(incident_id);
    if (linked == state_->incident_events.end()) return {};
    for (const std::size_t place : linked->second) {
      if (static_cast<std::int64_t>(place) >= last) break;
      const MemoryEvent& kept = state_->events[place];
      v1::EvidenceEvent event;
      event.set_position(static_cast<std::int64_t>(place) + 1);
      *event.mutable_event() = kept.event;
      event.set_chained(true);
      event.set_batch(kept.batch);
      if (auto done = each(event); !done) return done;
    }
    return {};
  }

  Result<std::optional<v1::EvidenceSegment>> SegmentOf(std::int64_t position) override {
    const auto end = state_->chain.heads.lower_bound(position);
    if (end == state_->chain.heads.end() || end == state_->chain.heads.begin()) {
      return std::optional<v1::EvidenceSegment>();
    }
    const v1::EvidenceHead& begin = std::prev(end)->second;
    v1::EvidenceSegment segment;
    segment.set_after(begin.position());
    segment.set_chain(begin.chain());
    *segment.mutable_head() = end->second;
    for (std::int64_t place = begin.position(); place < end->first; ++place) {
      segment.mutable_leaves()->append(evidence::Bytes(state_->events[static_cast<std::size_t>(place)].leaf));
    }
    return std::optional(std::move(segment));
  }

  Result<std::optional<v1::EvidenceBatch>> FindBatch(std::uint64_t number) override {
    const auto& batches = state_->chain.batches;
    return number == 0 || number > batches.size() ? std::nullopt : std::optional(batches[number - 1]);
  }

  Result<std::optional<v1::EvidenceCertificate>> FindCertificate(const std::string& fingerprint) override {
    const auto found = state_->chain.certificates.find(fingerprint);
    return found == state_->chain.certificates.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  const std::shared_ptr<const MemoryState> state_;
};

}  // namespace

Result<void> MemoryTransaction::KeepCertificate(const v1::EvidenceCertificate& certificate) {
  state_.chain.certificates.emplace(certificate.fingerprint(), certificate);
  return {};
}

Result<std::uint64_t> MemoryTransaction::AddBatch(const v1::EvidenceBatch& batch) {
  v1::EvidenceBatch& kept = state_.chain.batches.emplace_back(batch);
  kept.set_number(state_.chain.batches.size());
  return kept.number();
}

Result<void> MemoryTransaction::AddHead(base::SystemTime now) {
  state_.chain.heads.emplace(state_.chain.place.position, evidence::MakeHead(state_.chain.place, now));
  return {};
}

Result<void> MemoryTransaction::SignHead(const v1::EvidenceHead& head) {
  const auto kept = state_.chain.heads.find(head.position());
  if (kept == state_.chain.heads.end() || kept->second.chain() != head.chain()) {
    return Error{ErrorCode::kNotFound, "store: the chain of events has no such head"};
  }
  *kept->second.mutable_at() = head.at();
  kept->second.set_certificate(head.certificate());
  kept->second.set_signature(head.signature());
  return {};
}

Result<EvidenceStore::ChainState> MemoryStore::ReadChain() {
  const auto state = Snapshot();
  if (!state) return state.error();
  ChainState chain;
  for (const auto& [position, head] : (*state)->chain.heads) {
    if (head.signature().empty()) chain.unsigned_heads.push_back(head);
  }
  chain.grown = (*state)->chain.place.position > (*state)->chain.heads.rbegin()->first;
  return chain;
}

Result<std::unique_ptr<EvidenceReader>> MemoryStore::OpenEvidence() {
  const auto state = Snapshot();
  if (!state) return state.error();
  return std::unique_ptr<EvidenceReader>(std::make_unique<MemoryEvidenceReader>(*state));
}

}  // namespace vigie::server
