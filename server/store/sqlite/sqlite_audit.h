#pragma once

#include "platform/sqlite/database.h"
#include "server/audit_chain.h"
#include "server/store.h"

namespace vigie::server {

// Inside a transaction.
base::Result<void> InsertAudit(sqlite::Database& database, const v1::AuditEntry& entry);
// The row before the first one that is not older than `before`, of which there must be one; {0, ""} = there is none.
base::Result<AuditPlace> LastAuditBefore(sqlite::Database& database, base::SystemTime before);
// Lets the audit begin after `last`, and says so in the chain; how many rows are out of it by that. Inside a
// transaction.
base::Result<std::uint64_t> CutAuditAfter(sqlite::Database& database, const AuditPlace& last,
                                          const v1::AuditEntry& removal);
// Removes rows that are out of it, at most `limit`; how many. Inside a transaction.
base::Result<std::uint64_t> RemoveCutAuditRows(sqlite::Database& database, std::int64_t limit);

base::Result<AuditPage> SelectAudit(sqlite::Database& database, const AuditQuery& query);
// How many rows a cut would take out.
base::Result<std::uint64_t> CountAuditBefore(sqlite::Database& database, base::SystemTime before);
// Inside a transaction, so that it sees one state.
base::Result<v1::VerifyAuditResponse> VerifyAuditChain(sqlite::Database& database);

}  // namespace vigie::server
