#pragma once

#include <set>
#include <string>

#include "platform/base/guarded.h"
#include "platform/sqlite/database.h"
#include "server/retention_store.h"

namespace vigie::server {

// Reads on a connection of its own, removes on the store's writing one.
class SqliteRetention final : public RetentionStore {
 public:
  // `writer` outlives it.
  static base::Result<std::unique_ptr<RetentionStore>> Open(const std::string& path,
                                                            base::Guarded<sqlite::Database>& writer);

  base::Result<v1::RetentionProgress> Progress() override;
  base::Result<void> BeginAnew(const v1::RetentionProgress& progress) override;
  base::Result<std::vector<PlacedEvent>> EventsAfter(std::int64_t position, std::uint32_t limit) override;
  base::Result<std::vector<PlacedEvent>> Released(std::uint32_t limit) override;
  base::Result<std::uint64_t> CountHeld(std::span<const std::int64_t> positions) override;
  base::Result<Removed> RemoveEvents(std::span<const std::int64_t> positions, std::chrono::nanoseconds budget) override;
  base::Result<void> SaveProgress(const v1::RetentionProgress& progress) override;
  base::Result<std::vector<std::string>> ClosedIncidents(base::SystemTime before) override;
  base::Result<Removed> RemoveIncidents(std::span<const std::string> ids, std::chrono::nanoseconds budget) override;
  base::Result<std::uint64_t> CutAudit(base::SystemTime before, const v1::AuditEntry& removal) override;
  base::Result<std::uint64_t> CountAudit(base::SystemTime before) override;
  base::Result<Removed> RemoveCutAudit(std::chrono::nanoseconds budget) override;
  base::Result<bool> GiveSpaceBack() override;

 private:
  SqliteRetention(sqlite::Database reader, base::Guarded<sqlite::Database>& writer)
      : reader_(std::move(reader)), writer_(writer) {}

  sqlite::Database reader_;
  base::Guarded<sqlite::Database>& writer_;
};

}  // namespace vigie::server
