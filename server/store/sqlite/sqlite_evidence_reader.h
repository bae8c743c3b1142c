#pragma once

#include <memory>
#include <string>

#include "platform/sqlite/database.h"
#include "server/evidence_store.h"

namespace vigie::server {

// A connection of its own. What was committed meanwhile may be seen, too: events, leaves and batches never change, and
// what retention removes in between is missing.
class SqliteEvidenceReader final : public EvidenceReader {
 public:
  static base::Result<std::unique_ptr<EvidenceReader>> Open(const std::string& path);

  base::Result<std::uint64_t> CountOfIncident(const std::string& incident_id) override;
  base::Result<void> EachOfIncident(const std::string& incident_id, const Each& each) override;
  base::Result<std::optional<v1::EvidenceSegment>> SegmentOf(std::int64_t position) override;
  base::Result<std::optional<v1::EvidenceBatch>> FindBatch(std::uint64_t number) override;
  base::Result<std::optional<v1::EvidenceCertificate>> FindCertificate(const std::string& fingerprint) override;

 private:
  explicit SqliteEvidenceReader(sqlite::Database database) : database_(std::move(database)) {}
  base::Result<std::vector<v1::EvidenceEvent>> NextOf(const std::string& incident_id, std::int64_t after);
  base::Result<std::optional<v1::EvidenceHead>> FindHead(std::string_view sql, std::int64_t position);

  sqlite::Database database_;
};

}  // namespace vigie::server
