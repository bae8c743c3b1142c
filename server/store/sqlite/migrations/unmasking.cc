#include "server/store/sqlite/migrations/migrations.h"

namespace vigie::server::migrations {

// Who asked to see which customers an incident is about, and who let him.
const std::string_view kUnmasking = R"sql(
CREATE TABLE unmask_requests (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  asked_by TEXT NOT NULL,
  incident_id TEXT NOT NULL,
  request BLOB NOT NULL
) STRICT;
CREATE INDEX unmask_requests_by_asker ON unmask_requests (asked_by);
)sql";

}  // namespace vigie::server::migrations
