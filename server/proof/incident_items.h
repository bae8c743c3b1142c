#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "server/evidence_store.h"

namespace vigie::server::proof {

// Gives the events of an incident with all that they are verified by, each thing before what refers to it. Keeps
// nothing that grows with the events. One thread.
class IncidentItems {
 public:
  using Sink = std::function<base::Result<void>(const v1::EvidenceItem&)>;

  // Both outlive it. `conceal`: record sets.
  IncidentItems(EvidenceReader& reader, bool conceal, Sink sink)
      : reader_(reader), conceal_(conceal), sink_(std::move(sink)) {}

  // kUnavailable if some of them were removed meanwhile.
  base::Result<void> Give(const std::string& incident_id, const EvidenceReader::Linked& linked);

 private:
  base::Result<void> GiveEvent(v1::EvidenceEvent event);
  base::Result<void> GiveSegment(std::int64_t position);
  base::Result<void> GiveBatch(std::uint64_t number);
  base::Result<void> GiveCertificate(const std::string& fingerprint);

  EvidenceReader& reader_;
  const bool conceal_;
  const Sink sink_;
  std::int64_t segment_end_ = 0;
  std::uint64_t batch_ = 0;  // given last: the events of one stand together
  std::set<std::string> certificates_;
};

}  // namespace vigie::server::proof
