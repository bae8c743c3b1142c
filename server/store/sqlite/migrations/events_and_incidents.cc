#include "server/store/sqlite/migrations/migrations.h"

namespace vigie::server::migrations {

// Messages are kept as their proto bytes; beside them stand only the columns that queries ask for. Times are
// nanoseconds since 1970, UTC. `position` is the order of arrival.
const std::string_view kEventsAndIncidents = R"sql(
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

}  // namespace vigie::server::migrations
