#include "server/proof/incident_items.h"

#include <utility>

#include "core/evidence/event_digest.h"

namespace vigie::server::proof {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<void> IncidentItems::Give(const std::string& incident_id, const EvidenceReader::Linked& linked) {
  std::uint64_t given = 0;
  auto done = reader_.EachOfIncident(incident_id, linked.last, [&](const v1::EvidenceEvent& event) {
    ++given;
    return GiveEvent(event);
  });
  if (!done || given == linked.events) return done;
  return Error{ErrorCode::kUnavailable, "some of its events were removed meanwhile: ask again"};
}

// What is not there is left out: the verifier says so.
Result<void> IncidentItems::GiveEvent(v1::EvidenceEvent event) {
  if (event.chained() && event.position() > segment_end_) {
    if (auto given = GiveSegment(event.position()); !given) return given;
  }
  if (event.batch() != 0 && std::exchange(batch_, event.batch()) != event.batch()) {
    if (auto given = GiveBatch(event.batch()); !given) return given;
  }
  if (conceal_ && event.has_event()) {
    evidence::DropUnsaltedRecords(*event.mutable_event());
    evidence::Conceal(*event.mutable_event());
  }
  v1::EvidenceItem item;
  *item.mutable_event() = std::move(event);
  return sink_(item);
}

Result<void> IncidentItems::GiveSegment(std::int64_t position) {
  auto segment = reader_.SegmentOf(position);
  if (!segment) return segment.error();
  if (!*segment) return {};
  segment_end_ = (*segment)->head().position();
  if (auto given = GiveCertificate((*segment)->head().certificate()); !given) return given;
  v1::EvidenceItem item;
  *item.mutable_segment() = *std::move(*segment);
  return sink_(item);
}

Result<void> IncidentItems::GiveBatch(std::uint64_t number) {
  auto batch = reader_.FindBatch(number);
  if (!batch) return batch.error();
  if (!*batch) return {};
  if (auto given = GiveCertificate((*batch)->certificate()); !given) return given;
  v1::EvidenceItem item;
  *item.mutable_batch() = *std::move(*batch);
  return sink_(item);
}

Result<void> IncidentItems::GiveCertificate(const std::string& fingerprint) {
  if (!certificates_.insert(fingerprint).second) return {};
  auto certificate = reader_.FindCertificate(fingerprint);
  if (!certificate) return certificate.error();
  if (!*certificate) return {};
  v1::EvidenceItem item;
  *item.mutable_certificate() = *std::move(*certificate);
  return sink_(item);
}

}  // namespace vigie::server::proof
