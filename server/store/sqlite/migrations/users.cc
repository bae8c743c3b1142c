#include "server/store/sqlite/migrations/migrations.h"

namespace vigie::server::migrations {

// People who sign in by name and password.
const std::string_view kUsers = R"sql(
CREATE TABLE users (
  name TEXT NOT NULL PRIMARY KEY COLLATE NOCASE,
  role TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  stamp TEXT NOT NULL UNIQUE,
  one_time_password INTEGER NOT NULL,
  disabled INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  password_set_at INTEGER NOT NULL
) STRICT;
)sql";

}  // namespace vigie::server::migrations
