#include "server/store/sqlite/sqlite_schema.h"

namespace vigie::server {
namespace {

// Messages are kept as their proto bytes; beside them stand only the columns that queries ask for. Times are
// nanoseconds since 1970, UTC. `position` is the order of arrival.
constexpr std::string_view kFirst = R"sql(
CREATE TABLE agents (
  id TEXT PRIMARY KEY,
  host TEXT NOT NULL,
  enrolled_host TEXT NOT NULL,
  status BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE high_water_marks (
  agent_id TEXT NOT NULL,
  boot_epoch INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (agent_id, boot_epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  position INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  host TEXT NOT NULL,
  user TEXT,
  channel INTEGER,
  event BLOB NOT NULL
) STRICT;
CREATE INDEX events_by_time ON events (at, position);
CREATE INDEX events_by_host ON events (host, at, position);
CREATE INDEX events_by_user ON events (user, at, position) WHERE user IS NOT NULL;

CREATE TABLE incidents (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  rule TEXT NOT NULL,
  subject TEXT NOT NULL,
  state INTEGER NOT NULL,
  incident BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX one_open_incident ON incidents (rule, subject) WHERE state = 1;
CREATE INDEX incidents_by_state ON incidents (state, number);

CREATE TABLE incident_events (
  incident_id TEXT NOT NULL REFERENCES incidents (id),
  position INTEGER NOT NULL REFERENCES events (position),
  PRIMARY KEY (incident_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE policies (
  version INTEGER PRIMARY KEY,
  text TEXT NOT NULL,
  in_force_since INTEGER NOT NULL
) STRICT;

CREATE TABLE api_tokens (
  hash TEXT PRIMARY KEY,
  name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE enrollment_tokens (
  hash TEXT PRIMARY KEY,
  expires_at INTEGER NOT NULL,
  uses_left INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

// Who held which customers (server/sightings.h). `sightings` repeats the record sets of the events, clustered by holder
// and day: so attribution reads what it needs and nothing else. `sightings_backlog` has one row while events of before
// this migration are not in it yet (sqlite_sightings.h).
constexpr std::string_view kSightings = R"sql(
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

// What came ahead of its turn, and what was not seen or did not arrive (sqlite_delivery.h). `gaps_backlog` has one row
// while gap events of before this migration are not listed yet.
constexpr std::string_view kDelivery = R"sql(
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

}  // namespace

std::vector<std::string_view> StoreMigrations() {
  return {kFirst, kSightings, kDelivery};
}

}  // namespace vigie::server
