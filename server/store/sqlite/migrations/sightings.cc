#include "server/store/sqlite/migrations/migrations.h"

namespace vigie::server::migrations {

// Who held which customers (server/sightings.h). `sightings` repeats the record sets of the events, clustered by holder
// and day: so attribution reads what it needs and nothing else. `sightings_backlog` has one row while events of before
// this migration are not in it yet (sqlite_sightings.h).
const std::string_view kSightings = R"sql(
CREATE TABLE holders (
  number INTEGER PRIMARY KEY,
  ledger TEXT NOT NULL,
  user TEXT NOT NULL,
  host TEXT NOT NULL,
  UNIQUE (ledger, user, host)
) STRICT;

CREATE TABLE holder_days (
  number INTEGER PRIMARY KEY,
  holder INTEGER NOT NULL REFERENCES holders (number),
  day INTEGER NOT NULL,
  records BLOB NOT NULL,
  UNIQUE (holder, day)
) STRICT;

CREATE TABLE sightings (
  day INTEGER NOT NULL REFERENCES holder_days (number),
  position INTEGER NOT NULL REFERENCES events (position),
  at INTEGER NOT NULL,
  channel INTEGER NOT NULL,
  records BLOB NOT NULL,
  PRIMARY KEY (day, position)
) STRICT, WITHOUT ROWID;
-- For the deletion of events: each asks who refers to it.
CREATE INDEX sightings_by_position ON sightings (position);

CREATE TABLE sightings_backlog (
  next INTEGER NOT NULL,
  last INTEGER NOT NULL
) STRICT;
INSERT INTO sightings_backlog SELECT min(position), max(position) FROM events HAVING count(*) > 0;
)sql";

}  // namespace vigie::server::migrations
