#include "server/store/sqlite/migrations/migrations.h"

namespace vigie::server::migrations {

// What waits to be sent to others (server/outbox.h). `number` has no holes within a destination: only the oldest go.
const std::string_view kOutbox = R"sql(
CREATE TABLE outbox (
  destination TEXT NOT NULL,
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  message BLOB NOT NULL,
  PRIMARY KEY (destination, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE outbox_destinations (
  name TEXT PRIMARY KEY,
  last_number INTEGER NOT NULL,
  delivered INTEGER NOT NULL,
  dropped INTEGER NOT NULL,
  last_delivered_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE outbox_notes (
  key TEXT PRIMARY KEY,
  note BLOB NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace vigie::server::migrations
