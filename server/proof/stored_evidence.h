#pragma once

#include <string>

#include "server/incident_evidence.h"
#include "server/long_reads.h"
#include "server/proof/head_signer.h"

namespace vigie::server::proof {

struct StoredEvidenceDeps {
  Store& store;
  HeadSigner& signer;
  const base::Clock& clock;
  std::string authorities_pem;            // that issue the agents' certificates; empty = none is asked for
  std::uint64_t most_verified = 100'000;  // events of an incident; each takes some 400 bytes meanwhile
};

class StoredEvidence final : public IncidentEvidence {
 public:
  static constexpr std::size_t kPieceBytes = std::size_t{256} << 10;

  explicit StoredEvidence(StoredEvidenceDeps deps);

  base::Result<v1::EvidenceReport> Verify(const std::string& incident_id) override;
  base::Result<void> Export(const Order& order, const Take& take, const Told& told) override;

 private:
  // An incident that may be read, and its file's header.
  struct Opened {
    LongReads::Place place;
    std::unique_ptr<EvidenceReader> reader;
    EvidenceReader::Linked linked;
    v1::EvidenceHeader header;
  };
  base::Result<EvidenceReader::Linked> LinkedTo(const std::string& incident_id);
  base::Result<Opened> Open(const Order& order, LongReads& places);

  const StoredEvidenceDeps deps_;
  LongReads checks_{2};
  LongReads files_{2};  // apart: who takes one slowly keeps nobody from a check
};

}  // namespace vigie::server::proof
