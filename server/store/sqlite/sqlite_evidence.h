#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "core/evidence/collector_chain.h"
#include "platform/sqlite/database.h"
#include "server/evidence_store.h"
#include "vigie/v1/event.pb.h"

namespace vigie::server {

// Where the chain stands, and what one transaction adds to it. One thread.
class EvidenceWriter {
 public:
  explicit EvidenceWriter(sqlite::Database& database) : database_(database) {}

  // The place that the next event takes. It is taken by Append once the event is inserted there.
  struct Link {
    evidence::ChainPlace place;
    evidence::Digest leaf{};
  };
  base::Result<Link> NextFor(const v1::Event& event, const EventProof& proof);
  base::Result<void> Append(const Link& link, const v1::Event& event, const EventProof& proof);

  base::Result<void> KeepCertificate(const v1::EvidenceCertificate& certificate);
  base::Result<std::uint64_t> AddBatch(const v1::EvidenceBatch& batch);
  base::Result<void> AddHead(base::SystemTime now);
  base::Result<void> SignHead(const v1::EvidenceHead& head);
  // After the body, before the commit.
  base::Result<void> Finish();

 private:
  base::Result<void> ReadPlace();
  base::Result<void> InsertHead(std::int64_t at);

  sqlite::Database& database_;
  std::optional<evidence::ChainPlace> place_;  // not read yet
  bool moved_ = false;
  std::map<std::uint64_t, std::int64_t> kept_;  // of batches: how many events were appended with each
};

// Of a row with position, chain, at, certificate, signature.
v1::EvidenceHead HeadOf(const sqlite::Statement::Row& row);
base::Result<EvidenceStore::ChainState> SelectChainState(sqlite::Database& database);
// The event at `position` is about to be removed: its leaf stays, what was signed with it while others need it.
base::Result<void> ReleaseEvidence(sqlite::Database& database, std::int64_t position);
// Lets the chain begin at the last signed head before the oldest event, some of the leaves before it go.
base::Result<void> ShortenChain(sqlite::Database& database);

}  // namespace vigie::server
