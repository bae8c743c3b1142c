#include "server/store/sqlite/migrations/migrations.h"

namespace vigie::server::migrations {

// How far retention has come, and the events that it passed by because an open incident held them. Deleting an event
// asks who refers to it: hence the index.
const std::string_view kRetention = R"sql(
CREATE TABLE retention_progress (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  progress BLOB NOT NULL
) STRICT;

CREATE TABLE retention_held (
  position INTEGER PRIMARY KEY REFERENCES events (position)
) STRICT;

CREATE INDEX incident_events_by_position ON incident_events (position);
)sql";

}  // namespace vigie::server::migrations
