#pragma once

#include <chrono>
#include <cstdint>
#include <istream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/credentials/signatures.h"
#include "core/evidence/batch_seal.h"
#include "core/evidence/digest.h"
#include "platform/base/clock.h"
#include "vigie/v1/evidence.pb.h"

namespace vigie::evidence {

inline constexpr int kMostFaults = 20;

// Verifies items of evidence as they come, and says what is wrong and where. What it keeps grows with the events and
// their certificates: of batches at most 32 MiB, those with the highest numbers. One thread.
class BundleVerifier {
 public:
  // `authorities_pem` empty: whose the certificates are is not asked.
  explicit BundleVerifier(std::string authorities_pem = {});
  ~BundleVerifier();

  void Take(const v1::EvidenceItem& item);
  // Of a file: `digest` is what its trailer signs.
  void TakeTrailer(const v1::EvidenceTrailer& trailer, const Digest& digest);
  // What is wrong with a file as such.
  void AddFileFault(const std::string& what);
  v1::EvidenceReport Finish(base::SystemTime now);

 private:
  struct Signer;
  struct Segment;
  struct Batch;
  struct Held;

  void TakeHeader(const v1::EvidenceHeader& header);
  void TakeCertificate(const v1::EvidenceCertificate& certificate);
  void TakeSegment(const v1::EvidenceSegment& segment);
  void TakeBatch(const v1::EvidenceBatch& batch);
  void TakeEvent(const v1::EvidenceEvent& event);
  void TakeAbsent(std::int64_t position);
  bool IsAsStored(const v1::EvidenceEvent& event, const std::string& id);
  bool HoldsInChain(const v1::EvidenceEvent& event, const Digest& own, const std::string& id);
  bool HoldsInBatch(const v1::EvidenceEvent& event, const Digest& host, const std::string& id);
  void CheckLinks();
  void CheckSigners();
  void CountStates();
  // Null, and told, if there is no such certificate.
  Signer* SignerOf(const std::string& fingerprint, bool of_collector);
  void AddFault(v1::EvidenceFaultKind kind, const std::string& event_id, const std::string& what);

  const std::string authorities_pem_;
  v1::EvidenceHeader header_;
  bool has_header_ = false;
  std::map<std::string, Signer> signers_;     // by fingerprint
  std::map<std::int64_t, Segment> segments_;  // by the position that they end at; none before the last event
  std::map<std::uint64_t, Batch> batches_;    // by number
  std::size_t batch_bytes_ = 0;
  std::vector<Held> events_;                   // as they came
  std::map<std::string, std::size_t> places_;  // in events_, by id
  std::int64_t last_position_ = 0;
  std::uint64_t absent_ = 0;  // events
  v1::EvidenceReport report_;
};

// A whole file. Never fails: whatever is wrong is in the report.
v1::EvidenceReport VerifyBundle(std::istream& file, const std::string& authorities_pem, base::SystemTime now);

}  // namespace vigie::evidence
