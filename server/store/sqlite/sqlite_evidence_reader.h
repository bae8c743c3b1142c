#pragma once

#include <memory>
#include <string>

#include "platform/sqlite/database.h"
#include "server/evidence_store.h"

namespace vigie::server {

// A connection of its own, and no read transaction that lives long.
class SqliteEvidenceReader final : public EvidenceReader {
 public:
  static base::Result<std::unique_ptr<EvidenceReader>> Open(const std::string& path);

  base::Result<Linked> LinkedTo(const std::string& incident_id) override;
  base::Result<void> EachOfIncident(const std::string& incident_id, std::int64_t last, const Each& each) override;
  base::Result<std::optional<v1::EvidenceSegment>> SegmentOf(std::int64_t position) override;
  base::Result<std::optional<v1::EvidenceBatch>> FindBatch(std::uint64_t number) override;
  base::Result<std::optional<v1::EvidenceCertificate>> FindCertificate(const std::string& fingerprint) override;

 private:
  explicit SqliteEvidenceReader(sqlite::Database database) : database_(std::move(database)) {}
  struct Stretch {
    std::int64_t after = 0;
    std::int64_t last = 0;
  };
  base::Result<std::vector<v1::EvidenceEvent>> NextOf(const std::string& incident_id, Stretch stretch);
  base::Result<std::optional<v1::EvidenceHead>> FindHead(std::string_view sql, std::int64_t position);

  sqlite::Database database_;
};

}  // namespace vigie::server
