#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/credentials/certificates.h"
#include "core/credentials/signatures.h"
#include "core/evidence/batch_seal.h"
#include "core/evidence/collector_chain.h"
#include "platform/base/clock.h"
#include "vigie/v1/evidence.pb.h"

namespace vigie::evidence {

inline constexpr base::SystemTime kNow{std::chrono::seconds(1'800'000'000)};

// A valid event of desk-7, epoch 5, that has come to the collector; linked to nothing yet.
v1::Event SomeEvent(std::uint64_t sequence);
// In their order, each linked to the one before it: 1 to `count`.
std::vector<v1::Event> LinkedEvents(std::uint64_t count);
// As the agent sends them.
v1::EventBatch BatchOf(const std::vector<v1::Event>& events);

// The keys of a site: its authority, one workstation, the collector. Made once for all tests.
struct Site {
  credentials::KeyAndCertificate authority;
  credentials::KeyAndCertificate agent;  // desk-7
  credentials::KeyAndCertificate collector;

  static const Site& Get();
  v1::EvidenceCertificate AgentCertificate() const;
  v1::EvidenceCertificate CollectorCertificate() const;
};

// The evidence of an incident as a collector gives it: five events, of which the first three are one batch and the last
// two another, in one segment behind two events of others.
class EvidenceStory {
 public:
  EvidenceStory();

  std::vector<v1::EvidenceItem> items;  // without the trailer
  // Index in `items` of the event with this sequence.
  std::size_t PlaceOf(std::uint64_t sequence) const;
  v1::Event& EventAt(std::uint64_t sequence);

  // The whole file, signed.
  std::string File() const;
};

v1::EvidenceReport Verify(const std::string& file, bool with_authority = true);

}  // namespace vigie::evidence
