#include "server/proof/stored_evidence.h"

#include <utility>

#include "core/evidence/bundle_file.h"
#include "core/evidence/bundle_verifier.h"
#include "proto/contract/time_conversion.h"
#include "server/proof/incident_items.h"

namespace vigie::server::proof {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// Collects what is written into pieces.
class Pieces {
 public:
  explicit Pieces(const IncidentEvidence::Take& take) : take_(take) {}

  Result<void> Add(const std::string& bytes) {
    piece_ += bytes;
    while (piece_.size() >= StoredEvidence::kPieceBytes) {
      std::string rest = piece_.substr(StoredEvidence::kPieceBytes);
      piece_.resize(StoredEvidence::kPieceBytes);
      if (auto given = Give(); !given) return given;
      piece_ = std::move(rest);
    }
    return {};
  }
  Result<void> Give() {
    if (take_(std::exchange(piece_, {}))) return {};
    return Error{ErrorCode::kCancelled, "nobody takes the evidence any more"};
  }

 private:
  const IncidentEvidence::Take& take_;
  std::string piece_;
};

v1::EvidenceItem ItemOf(const v1::EvidenceHeader& header) {
  v1::EvidenceItem item;
  *item.mutable_header() = header;
  return item;
}

v1::EvidenceItem ItemOf(const v1::EvidenceCertificate& certificate) {
  v1::EvidenceItem item;
  *item.mutable_certificate() = certificate;
  return item;
}

}  // namespace

StoredEvidence::StoredEvidence(StoredEvidenceDeps deps) : deps_(std::move(deps)) {
}

Result<EvidenceReader::Linked> StoredEvidence::LinkedTo(const std::string& incident_id) {
  const auto reader = deps_.store.OpenEvidence();
  return reader ? (*reader)->LinkedTo(incident_id) : reader.error();
}

Result<StoredEvidence::Opened> StoredEvidence::Open(const Order& order, LongReads& places) {
  auto place = places.Take();
  if (!place) return Error{ErrorCode::kResourceExhausted, "other evidence is being read: ask again"};
  const auto incident = deps_.store.FindIncident(order.incident_id);
  if (!incident) return incident.error();
  if (!*incident) return Error{ErrorCode::kNotFound, "there is no incident of this id"};
  const auto linked = LinkedTo(order.incident_id);
  if (!linked) return linked.error();
  // Afterwards: of what is linked meanwhile the end of the chain may not be signed.
  if (auto done = deps_.signer.SignNow(); !done) return done.error();
  auto reader = deps_.store.OpenEvidence();
  if (!reader) return reader.error();
  v1::EvidenceHeader header;
  header.set_format(evidence::kBundleFormat);
  header.set_incident_id(order.incident_id);
  *header.mutable_made_at() = contract::ToProto(deps_.clock.Now());
  header.set_made_by(order.made_by);
  header.set_records_concealed(order.conceal);
  header.set_incident_events((*incident)->events());
  header.set_certificate(deps_.signer.key().certificate.fingerprint());
  header.set_events(linked->events);
  return Opened{*std::move(place), *std::move(reader), *linked, std::move(header)};
}

Result<v1::EvidenceReport> StoredEvidence::Verify(const std::string& incident_id) {
  const auto linked = LinkedTo(incident_id);
  if (!linked) return linked.error();
  if (linked->events > deps_.most_verified) {
    return Error{ErrorCode::kResourceExhausted,
                 "the incident has more events than the collector verifies: let an analyst or officer export them, and "
                 "verify the file (vigie evidence export, vigie evidence verify)"};
  }
  auto opened = Open({.incident_id = incident_id, .made_by = "", .conceal = false}, checks_);
  if (!opened) return opened.error();
  // The collector knows its own key, whoever has issued its certificate.
  const std::string& own = deps_.signer.key().certificate.pem();
  evidence::BundleVerifier verifier(deps_.authorities_pem.empty() ? "" : deps_.authorities_pem + "\n" + own);
  verifier.Take(ItemOf(opened->header));
  auto given = IncidentItems(*opened->reader, false, [&](const v1::EvidenceItem& item) -> Result<void> {
                 verifier.Take(item);
                 return {};
               }).Give(incident_id, opened->linked);
  if (!given) return given.error();
  return verifier.Finish(deps_.clock.Now());
}

Result<void> StoredEvidence::Export(const Order& order, const Take& take, const Told& told) {
  auto opened = Open(order, files_);
  if (!opened) return opened.error();
  evidence::BundleWriter writer;
  Pieces pieces(take);
  if (auto begun = pieces.Add(writer.Begin()); !begun) return begun;
  if (auto added = pieces.Add(writer.Add(ItemOf(opened->header))); !added) return added;
  if (auto added = pieces.Add(writer.Add(ItemOf(deps_.signer.key().certificate))); !added) return added;
  auto given = IncidentItems(*opened->reader, order.conceal, [&](const v1::EvidenceItem& item) {
                 if (item.has_event()) told(item.event().event());
                 return pieces.Add(writer.Add(item));
               }).Give(order.incident_id, opened->linked);
  if (!given) return given;
  const auto end = writer.End(deps_.signer.key().key);
  if (!end) return end.error();
  if (auto added = pieces.Add(*end); !added) return added;
  return pieces.Give();
}

}  // namespace vigie::server::proof
