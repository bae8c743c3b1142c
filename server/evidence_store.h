#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/evidence/digest.h"
#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "vigie/v1/evidence.pb.h"

// What a store keeps so that its events can be proved (core/evidence/README.md). Each appended event gets its leaf of
// the collector's chain, in order of position; what removes an event keeps the leaf as long as one before it is kept.
namespace vigie::server {

// With an event that is appended.
struct EventProof {
  evidence::Digest digest{};  // evidence::EventDigest
  std::uint64_t batch = 0;    // of AddBatch, in the same transaction; 0 = its host signed nothing
};

class EvidenceTransaction {
 public:
  virtual ~EvidenceTransaction() = default;

  // Does nothing if it is kept.
  virtual base::Result<void> KeepCertificate(const v1::EvidenceCertificate& certificate) = 0;
  // Its number; that of the message does not count. It is kept as long as an event that was appended with it.
  virtual base::Result<std::uint64_t> AddBatch(const v1::EvidenceBatch& batch) = 0;
  // A head where the chain stands now, unless there is one.
  virtual base::Result<void> AddHead(base::SystemTime now) = 0;
  // Keeps certificate, signature and their time with the head of this position and chain. kNotFound if there is none.
  virtual base::Result<void> SignHead(const v1::EvidenceHead& head) = 0;
};

// Events, leaves and batches never change; what retention removes meanwhile is missing. One thread; the store outlives
// it.
class EvidenceReader {
 public:
  virtual ~EvidenceReader() = default;

  // Of an incident: how many events are linked to it, and the position of the last.
  struct Linked {
    std::uint64_t events = 0;
    std::int64_t last = 0;
  };
  virtual base::Result<Linked> LinkedTo(const std::string& incident_id) = 0;
  // Those up to position `last`, in order. An event that cannot be read is an empty one. Stops at the first error that
  // `each` returns, and returns it.
  using Each = std::function<base::Result<void>(const v1::EvidenceEvent&)>;
  virtual base::Result<void> EachOfIncident(const std::string& incident_id, std::int64_t last, const Each& each) = 0;
  // The stretch of the chain around a position, up to the first head there or behind; nothing if there is none. What is
  // missing in it is left out: its leaves are too few then.
  virtual base::Result<std::optional<v1::EvidenceSegment>> SegmentOf(std::int64_t position) = 0;
  virtual base::Result<std::optional<v1::EvidenceBatch>> FindBatch(std::uint64_t number) = 0;
  virtual base::Result<std::optional<v1::EvidenceCertificate>> FindCertificate(const std::string& fingerprint) = 0;
};

// Thread-safe.
class EvidenceStore {
 public:
  virtual ~EvidenceStore() = default;

  struct ChainState {
    std::vector<v1::EvidenceHead> unsigned_heads{};  // the first 1000
    bool grown = false;                              // events stand behind the last head
  };
  virtual base::Result<ChainState> ReadChain() = 0;
  virtual base::Result<std::unique_ptr<EvidenceReader>> OpenEvidence() = 0;
};

inline constexpr std::int64_t kMostUnsignedHeads = 1000;

}  // namespace vigie::server
