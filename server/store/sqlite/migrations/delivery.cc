#include "server/store/sqlite/migrations/migrations.h"

namespace vigie::server::migrations {

// What came ahead of its turn, and what was not seen or did not arrive (sqlite_delivery.h). `gaps_backlog` has one row
// while gap events of before this migration are not listed yet.
const std::string_view kDelivery = R"sql(
CREATE TABLE ahead_sequences (
  agent_id TEXT NOT NULL,
  boot_epoch INTEGER NOT NULL,
  ranges BLOB NOT NULL,
  PRIMARY KEY (agent_id, boot_epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE gaps (
  number INTEGER PRIMARY KEY,
  agent_id TEXT NOT NULL,
  kind INTEGER NOT NULL,
  boot_epoch INTEGER NOT NULL,
  until INTEGER NOT NULL,
  gap BLOB NOT NULL
) STRICT;
CREATE INDEX gaps_by_agent ON gaps (agent_id, boot_epoch, kind, number);

CREATE TABLE gaps_backlog (
  last INTEGER NOT NULL
) STRICT;
INSERT INTO gaps_backlog SELECT max(position) FROM events HAVING count(*) > 0;
)sql";

}  // namespace vigie::server::migrations
