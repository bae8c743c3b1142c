#include "server/store/sqlite/migrations/migrations.h"

namespace vigie::server::migrations {

// The audit is append-only: rows leave only at the old end, by retention, which first moves audit_base (the last row
// that was removed). `entry` holds the bytes that the hash covers; the columns beside it are for queries and are held
// against it when the chain is verified. API tokens get roles; those of before may do everything, as they could.
const std::string_view kAudit = R"sql(
CREATE TABLE audit (
  number INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  who TEXT NOT NULL,
  method TEXT NOT NULL,
  entry BLOB NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_time ON audit (at, number);

CREATE TABLE audit_ends (
  end TEXT PRIMARY KEY CHECK (end IN ('base', 'head')),
  number INTEGER NOT NULL,
  hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO audit_ends VALUES ('base', 0, ''), ('head', 0, '');

CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_is_removed_only_from_its_old_end BEFORE DELETE ON audit
WHEN old.number > (SELECT number FROM audit_ends WHERE end = 'base')
BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;

ALTER TABLE api_tokens ADD COLUMN role TEXT NOT NULL DEFAULT 'admin';
ALTER TABLE api_tokens ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;

ALTER TABLE policies ADD COLUMN pushed_by TEXT NOT NULL DEFAULT '';
)sql";

}  // namespace vigie::server::migrations
