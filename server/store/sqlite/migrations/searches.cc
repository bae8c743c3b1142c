#include "server/store/sqlite/migrations/migrations.h"

namespace vigie::server::migrations {

// Questions about events that people keep, each for himself or for all.
const std::string_view kSearches = R"sql(
CREATE TABLE saved_searches (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  owner TEXT NOT NULL,
  name TEXT NOT NULL,
  shared INTEGER NOT NULL,
  search BLOB NOT NULL,
  UNIQUE (owner, name)
) STRICT;
CREATE INDEX saved_searches_shared ON saved_searches (shared) WHERE shared = 1;
)sql";

}  // namespace vigie::server::migrations
