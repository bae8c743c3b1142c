#pragma once

#include "platform/sqlite/database.h"
#include "server/audit_chain.h"
#include "server/store.h"

namespace vigie::server {

// Inside a transaction.
base::Result<void> InsertAudit(sqlite::Database& database, const v1::AuditEntry& entry);
// Removes all rows before the first one that is not older than `before`, of which there must be one, and says so in
// the chain; how many. Inside a transaction.
base::Result<std::uint64_t> RemoveAuditBefore(sqlite::Database& database, base::SystemTime before,
                                              const v1::AuditEntry& removal);

base::Result<AuditPage> SelectAudit(sqlite::Database& database, const AuditQuery& query);
// How many rows RemoveAuditBefore would remove.
base::Result<std::uint64_t> CountAuditBefore(sqlite::Database& database, base::SystemTime before);
// Inside a transaction, so that it sees one state.
base::Result<v1::VerifyAuditResponse> VerifyAuditChain(sqlite::Database& database);

}  // namespace vigie::server
