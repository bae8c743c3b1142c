#include "server/store/sqlite/migrations/migrations.h"

namespace vigie::server::migrations {

// What lists and charts ask of a large store: events of a channel, gaps by their end, and figures that were worked out
// once (server/rollups.h). Of a roll-up the row without channel says that it is whole; a channel has a row without
// ledger, with its events and bytes, and one for the customers of each ledger. `length` is seconds, `start` nanoseconds
// since 1970. A transaction that appends events to a roll-up's time removes it (sqlite_rollups.h), as does the trigger.
const std::string_view kScale = R"sql(
CREATE INDEX events_by_channel ON events (channel, at, position) WHERE channel IS NOT NULL;
CREATE INDEX gaps_by_end ON gaps (until, number);

CREATE TABLE rollups (
  length INTEGER NOT NULL,
  start INTEGER NOT NULL,
  channel INTEGER,
  ledger TEXT,
  events INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  records BLOB
) STRICT;
CREATE INDEX rollups_by_time ON rollups (length, start);
CREATE TRIGGER rollups_follow_removals AFTER DELETE ON events WHEN old.at >= 0
BEGIN DELETE FROM rollups WHERE (length, start) IN (VALUES (900, old.at - old.at % 900000000000), (14400, old.at - old.at % 14400000000000), (86400, old.at - old.at % 86400000000000)); END;
)sql";

}  // namespace vigie::server::migrations
