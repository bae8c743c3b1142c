#include "core/evidence/bundle_verifier.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/evidence/bundle_file.h"
#include "core/evidence/collector_chain.h"
#include "core/evidence/event_digest.h"
#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"

namespace vigie::evidence {
namespace {

constexpr std::size_t kDigestBytes = sizeof(Digest);
constexpr std::size_t kMostBatchBytes = std::size_t{32} << 20;

std::string Number(std::int64_t number) {
  return std::to_string(number);
}

// Where the segment's leaves lead to; nothing if they are not as many as it says.
std::optional<ChainPlace> EndOf(const v1::EvidenceSegment& segment) {
  const auto begin = ToDigest(segment.chain());
  if (!begin || segment.after() < 0 || segment.head().position() <= segment.after()) return std::nullopt;
  const auto length = static_cast<std::size_t>(segment.head().position() - segment.after());
  if (segment.leaves().size() % kDigestBytes != 0 || segment.leaves().size() / kDigestBytes != length) {
    return std::nullopt;
  }
  ChainPlace place{segment.after(), *begin};
  const std::string_view leaves(segment.leaves());
  for (std::size_t at = 0; at < leaves.size(); at += kDigestBytes) {
    place = Extend(place, *ToDigest(leaves.substr(at, kDigestBytes)));
  }
  return place;
}

}  // namespace

struct BundleVerifier::Signer {
  v1::EvidenceCertificate certificate;
  std::shared_ptr<const HostKey> host;                 // of an agent
  std::optional<credentials::VerifyingKey> collector;  // else
  std::uint64_t signatures = 0;                        // that fit
  base::SystemTime first_used = base::SystemTime::max();
  base::SystemTime last_used = base::SystemTime::min();

  void NoteUse(base::SystemTime at) {
    ++signatures;
    first_used = std::min(first_used, at);
    last_used = std::max(last_used, at);
  }
};

struct BundleVerifier::Segment {
  std::int64_t after = 0;
  std::string leaves;  // none if they are not as many as it says
  bool good = false;
};

struct BundleVerifier::Batch {
  v1::EvidenceBatch batch;
  bool good = false;
};

struct BundleVerifier::Held {
  std::string id;
  std::string before_id;  // of the one before it in its epoch
  std::string agent_id;
  std::uint64_t boot_epoch = 0;
  std::uint64_t sequence = 0;
  std::string previous;
  Digest host{};
  std::optional<Digest> before{};  // of the one before it, as far as it was signed with this one
  v1::EvidenceState state = v1::EVIDENCE_STATE_BROKEN;
};

BundleVerifier::BundleVerifier(std::string authorities_pem) : authorities_pem_(std::move(authorities_pem)) {
}
BundleVerifier::~BundleVerifier() = default;

void BundleVerifier::AddFault(v1::EvidenceFaultKind kind, const std::string& event_id, const std::string& what) {
  if (report_.faults_size() == kMostFaults) return report_.set_other_faults(report_.other_faults() + 1);
  v1::EvidenceFault& fault = *report_.add_faults();
  fault.set_kind(kind);
  fault.set_event_id(event_id);
  fault.set_what(what);
}

void BundleVerifier::AddFileFault(const std::string& what) {
  AddFault(v1::EVIDENCE_FAULT_KIND_FILE, "", what);
}

void BundleVerifier::Take(const v1::EvidenceItem& item) {
  if (!has_header_ && !item.has_header()) AddFileFault("its header does not stand first");
  switch (item.item_case()) {
    case v1::EvidenceItem::kHeader:
      return TakeHeader(item.header());
    case v1::EvidenceItem::kCertificate:
      return TakeCertificate(item.certificate());
    case v1::EvidenceItem::kSegment:
      return TakeSegment(item.segment());
    case v1::EvidenceItem::kBatch:
      return TakeBatch(item.batch());
    case v1::EvidenceItem::kEvent:
      return TakeEvent(item.event());
    case v1::EvidenceItem::kTrailer:
      return AddFileFault("its signature stands where none belongs");
    case v1::EvidenceItem::ITEM_NOT_SET:
      return AddFileFault("it holds an item that this version does not know");
  }
}

void BundleVerifier::TakeHeader(const v1::EvidenceHeader& header) {
  if (std::exchange(has_header_, true)) return AddFileFault("it has two headers");
  header_ = header;
  report_.set_incident_id(header.incident_id());
  report_.set_incident_events(header.incident_events());
  report_.set_records_concealed(header.records_concealed());
  *report_.mutable_made_at() = header.made_at();
  if (header.format() != kBundleFormat) AddFileFault("it is of a format that this version does not know");
}

void BundleVerifier::TakeCertificate(const v1::EvidenceCertificate& certificate) {
  const auto refuse = [&](const std::string& why) {
    AddFault(v1::EVIDENCE_FAULT_KIND_CERTIFICATE, "", "certificate " + certificate.fingerprint() + ": " + why);
  };
  const auto fingerprint = credentials::FingerprintOf(certificate.pem());
  if (!fingerprint || *fingerprint != certificate.fingerprint()) return refuse("it is not the one that it says it is");
  Signer signer{.certificate = certificate, .host = nullptr, .collector = std::nullopt};
  if (certificate.subject().empty()) {
    auto key = credentials::VerifyingKey::OfCertificate(certificate.pem());
    if (!key || !credentials::IsEvidenceCertificate(certificate.pem())) return refuse("it is none of a collector");
    signer.collector = *std::move(key);
  } else {
    auto host = HostKey::Of(certificate.pem());
    if (!host || (*host)->agent_id() != certificate.subject()) return refuse("it is none of " + certificate.subject());
    signer.host = *std::move(host);
  }
  signers_.try_emplace(certificate.fingerprint(), std::move(signer));  // the first remembers when it was used
}

BundleVerifier::Signer* BundleVerifier::SignerOf(const std::string& fingerprint, bool of_collector) {
  const auto found = signers_.find(fingerprint);
  if (found != signers_.end() && (of_collector ? found->second.collector.has_value() : found->second.host != nullptr)) {
    return &found->second;
  }
  AddFault(v1::EVIDENCE_FAULT_KIND_MISSING, "", "certificate " + fingerprint + " is not there");
  return nullptr;
}

void BundleVerifier::TakeSegment(const v1::EvidenceSegment& segment) {
  const v1::EvidenceHead& head = segment.head();
  const std::string name = "after position " + Number(segment.after()) + " up to " + Number(head.position());
  const auto end = EndOf(segment);
  const bool leads = end && head.chain() == Bytes(end->chain);
  if (!leads) AddFault(v1::EVIDENCE_FAULT_KIND_CHAIN, "", "the collector's chain is broken " + name);
  Signer* signer = SignerOf(head.certificate(), true);
  const bool is_signed = signer != nullptr && signer->collector->Verifies(HeadStatement(head), head.signature());
  if (is_signed) signer->NoteUse(contract::FromProto(head.at()));
  if (!is_signed) {
    AddFault(v1::EVIDENCE_FAULT_KIND_HEAD, "",
             "the collector's signature of its chain at position " + Number(head.position()) + " does not fit");
  }
  segments_.insert_or_assign(head.position(),
                             Segment{segment.after(), end ? segment.leaves() : "", leads && is_signed});
}

void BundleVerifier::TakeBatch(const v1::EvidenceBatch& batch) {
  Signer* signer = SignerOf(batch.certificate(), false);
  const bool rises = std::ranges::adjacent_find(batch.sequences(), std::greater_equal<>()) == batch.sequences().end();
  const bool good = signer != nullptr && rises && signer->host->Verifies(ClaimOf(batch), batch.signature());
  if (good) signer->NoteUse(contract::FromProto(batch.received_at()));
  if (!good && signer != nullptr) {
    AddFault(
        v1::EVIDENCE_FAULT_KIND_SIGNATURE, "",
        "the signature of " + batch.agent_id() + " under batch " + std::to_string(batch.number()) + " does not fit");
  }
  const auto known = batches_.find(batch.number());
  if (known != batches_.end()) batch_bytes_ -= known->second.batch.ByteSizeLong();
  batches_.insert_or_assign(batch.number(), Batch{batch, good});
  batch_bytes_ += batch.ByteSizeLong();
  // Numbers rise with positions: what has the lowest is not referred to any more.
  while (batch_bytes_ > kMostBatchBytes && batches_.size() > 1) {
    batch_bytes_ -= batches_.begin()->second.batch.ByteSizeLong();
    batches_.erase(batches_.begin());
  }
}

bool BundleVerifier::HoldsInChain(const v1::EvidenceEvent& event, const Digest& own, const std::string& id) {
  const auto found = segments_.lower_bound(event.position());
  if (found == segments_.end() || event.position() <= found->second.after) {
    AddFault(v1::EVIDENCE_FAULT_KIND_MISSING, id, "its place in the collector's chain is not there");
    return false;
  }
  const Segment& segment = found->second;
  if (segment.leaves.empty()) return false;  // told with the segment
  const auto offset = static_cast<std::size_t>(event.position() - segment.after - 1) * kDigestBytes;
  const Digest leaf = LeafDigest(event.position(), own, event.event());
  if (std::string_view(segment.leaves).substr(offset, kDigestBytes) == Bytes(leaf)) return segment.good;
  AddFault(v1::EVIDENCE_FAULT_KIND_EVENT, id, "it is not the event that the collector has chained");
  return false;
}

bool BundleVerifier::HoldsInBatch(const v1::EvidenceEvent& event, const Digest& host, const std::string& id) {
  const auto found = batches_.find(event.batch());
  if (found == batches_.end()) {
    AddFault(v1::EVIDENCE_FAULT_KIND_MISSING, id, "what its workstation has signed is not there");
    return false;
  }
  const v1::EvidenceBatch& batch = found->second.batch;
  const v1::Event& said = event.event();
  const bool same = batch.agent_id() == said.agent_id() && batch.boot_epoch() == said.boot_epoch();
  if (!same || DigestIn(batch, said.sequence()) != host) {
    AddFault(v1::EVIDENCE_FAULT_KIND_HOST, id, "it is not the event that its workstation has signed");
    return false;
  }
  return found->second.good;  // else told with the batch
}

// The digest of an event does not tell what was taken out of it; a link or a batch tells that there was a chain.
bool BundleVerifier::IsAsStored(const v1::EvidenceEvent& event, const std::string& id) {
  if (IsConcealed(event.event()) && !header_.records_concealed()) {
    AddFault(v1::EVIDENCE_FAULT_KIND_EVENT, id, "which customers it held was taken out of it");
    return false;
  }
  if (event.chained() || (event.batch() == 0 && event.event().previous().empty())) return true;
  AddFault(v1::EVIDENCE_FAULT_KIND_EVENT, id, "its place in the collector's chain was taken away");
  return false;
}

void BundleVerifier::TakeEvent(const v1::EvidenceEvent& event) {
  if (!event.has_event()) return TakeAbsent(event.position());
  const v1::Event& said = event.event();
  const Digest own = EventDigest(said);
  const auto host = HostDigest(said, own);
  v1::Event before = said;
  before.set_sequence(said.sequence() - 1);
  Held held{.id = contract::EventId(said),
            .before_id = contract::EventId(before),
            .agent_id = said.agent_id(),
            .boot_epoch = said.boot_epoch(),
            .sequence = said.sequence(),
            .previous = said.previous(),
            .host = host.value_or(own)};
  if (const auto batch = batches_.find(event.batch()); batch != batches_.end()) {
    held.before = DigestIn(batch->second.batch, said.sequence() - 1);
  }
  const bool in_order = event.position() > std::exchange(last_position_, event.position());
  if (in_order) segments_.erase(segments_.begin(), segments_.lower_bound(event.position()));
  if (!in_order) AddFault(v1::EVIDENCE_FAULT_KIND_FILE, held.id, "it is not in the order of the collector's chain");
  const bool as_stored = IsAsStored(event, held.id);
  const bool chained = event.chained() && HoldsInChain(event, own, held.id);
  const bool is_signed = event.batch() != 0 && HoldsInBatch(event, held.host, held.id);
  if (in_order && host && as_stored) {
    if (chained && is_signed) held.state = host == own ? v1::EVIDENCE_STATE_HOST : v1::EVIDENCE_STATE_COLLECTOR;
    if (chained && event.batch() == 0) held.state = v1::EVIDENCE_STATE_COLLECTOR;
    if (!event.chained() && (event.batch() == 0 || is_signed)) held.state = v1::EVIDENCE_STATE_NOT_CHAINED;
  }
  if (!places_.emplace(held.id, events_.size()).second) {
    AddFault(v1::EVIDENCE_FAULT_KIND_FILE, held.id, "it is there twice");
    held.state = v1::EVIDENCE_STATE_BROKEN;
  }
  events_.push_back(std::move(held));
}

void BundleVerifier::TakeAbsent(std::int64_t position) {
  last_position_ = std::max(last_position_, position);
  ++absent_;
  AddFault(v1::EVIDENCE_FAULT_KIND_MISSING, "",
           "the event at position " + Number(position) + " of the collector's chain is not there, or cannot be read");
}

// Against the one before, as far as its digest is known: from the event itself, or from what was signed with this one.
void BundleVerifier::CheckLinks() {
  for (Held& event : events_) {
    if (event.previous.empty()) continue;
    std::optional<Digest> before = event.before;
    if (event.sequence == 1) before = EpochDigest(event.agent_id, event.boot_epoch);
    if (const auto found = places_.find(event.before_id); found != places_.end()) before = events_[found->second].host;
    if (!before) continue;
    if (event.previous == Bytes(*before)) {
      report_.set_links(report_.links() + 1);
      continue;
    }
    event.state = v1::EVIDENCE_STATE_BROKEN;
    AddFault(v1::EVIDENCE_FAULT_KIND_LINK, event.id, "it does not follow the event before it on its workstation");
  }
}

void BundleVerifier::CheckSigners() {
  report_.set_authority_checked(!authorities_pem_.empty());
  for (const auto& [fingerprint, signer] : signers_) {
    v1::EvidenceSigner& listed = *report_.add_signers();
    listed.set_name(signer.certificate.subject().empty() ? "collector" : signer.certificate.subject());
    listed.set_fingerprint(fingerprint);
    listed.set_signatures(signer.signatures);
    if (authorities_pem_.empty() || signer.signatures == 0) continue;
    for (const base::SystemTime at : {signer.first_used, signer.last_used}) {
      const auto second = std::chrono::floor<std::chrono::seconds>(at);
      const auto issued = credentials::CheckIssued(signer.certificate.pem(), authorities_pem_, second);
      if (issued) continue;
      AddFault(v1::EVIDENCE_FAULT_KIND_CERTIFICATE, "",
               "the certificate of " + listed.name() + " (" + fingerprint +
                   ") was not good by this authority when it was used: " + issued.error().message);
      break;
    }
  }
}

void BundleVerifier::CountStates() {
  std::map<v1::EvidenceState, std::uint64_t> counts;
  for (const Held& event : events_) ++counts[event.state];
  report_.set_events(events_.size() + absent_);
  report_.set_host(counts[v1::EVIDENCE_STATE_HOST]);
  report_.set_collector(counts[v1::EVIDENCE_STATE_COLLECTOR]);
  report_.set_not_chained(counts[v1::EVIDENCE_STATE_NOT_CHAINED]);
  report_.set_broken(counts[v1::EVIDENCE_STATE_BROKEN] + absent_);
}

void BundleVerifier::TakeTrailer(const v1::EvidenceTrailer& trailer, const Digest& digest) {
  Signer* signer = SignerOf(header_.certificate(), true);
  const bool good = signer != nullptr && signer->collector->Verifies(Bytes(digest), trailer.signature());
  if (good) return signer->NoteUse(contract::FromProto(header_.made_at()));
  AddFileFault("it is not as the collector has signed it");
}

v1::EvidenceReport BundleVerifier::Finish(base::SystemTime now) {
  const std::uint64_t held = events_.size() + absent_;
  if (has_header_ && held != header_.events()) {
    AddFileFault("it says that it holds " + std::to_string(header_.events()) + " events, and holds " +
                 std::to_string(held));
  }
  CheckLinks();
  CheckSigners();
  CountStates();
  *report_.mutable_verified_at() = contract::ToProto(now);
  return std::move(report_);
}

v1::EvidenceReport VerifyBundle(std::istream& file, const std::string& authorities_pem, base::SystemTime now) {
  BundleVerifier verifier(authorities_pem);
  BundleReader reader(file);
  while (true) {
    const auto item = reader.Next();
    if (!item) {
      verifier.AddFileFault(item.error().message);
      break;
    }
    if (!*item) break;
    if (reader.signed_digest()) {
      verifier.TakeTrailer((*item)->trailer(), *reader.signed_digest());
    } else {
      verifier.Take(**item);
    }
  }
  return verifier.Finish(now);
}

}  // namespace vigie::evidence
