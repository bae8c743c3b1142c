#pragma once

#include "platform/sqlite/database.h"
#include "server/store.h"

// Sequences that came ahead, and gaps: the SQL of StoreTransaction's and Store's methods of the same names.
namespace vigie::server {

base::Result<SequenceRanges> SelectAhead(sqlite::Database& database, const std::string& agent_id,
                                         std::uint64_t boot_epoch);
base::Result<void> ReplaceAhead(sqlite::Database& database, const std::string& agent_id, std::uint64_t boot_epoch,
                                const SequenceRanges& ahead);
base::Result<void> InsertGap(sqlite::Database& database, const v1::GapReport& gap);
base::Result<std::uint64_t> DeleteMissing(sqlite::Database& database, const std::string& agent_id,
                                          std::uint64_t boot_epoch, const SequenceRanges& sequences);
base::Result<GapPage> SelectGaps(sqlite::Database& database, const GapQuery& query);

// Lists the gap events of before there was a list. One transaction; does nothing the second time.
base::Result<void> FillGaps(sqlite::Database& database);

}  // namespace vigie::server
