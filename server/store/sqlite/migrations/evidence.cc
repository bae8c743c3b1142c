#include "server/store/sqlite/migrations/migrations.h"

namespace vigie::server::migrations {

// The collector's chain over its events (core/evidence/README.md): each event's leaf, the leaves of those that
// retention has removed, where the chain stands, and its heads, of which the oldest is where it can be followed from.
// Events of before have no leaf. `kept` counts the events that were appended with a batch.
const std::string_view kEvidence = R"sql(
ALTER TABLE events ADD COLUMN leaf BLOB;
ALTER TABLE events ADD COLUMN batch INTEGER;

CREATE TABLE evidence_chain (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  position INTEGER NOT NULL,
  chain BLOB NOT NULL
) STRICT;
INSERT INTO evidence_chain SELECT 1, coalesce(max(position), 0), randomblob(32) FROM events;

CREATE TABLE evidence_heads (
  position INTEGER PRIMARY KEY,
  chain BLOB NOT NULL,
  at INTEGER NOT NULL,
  certificate TEXT,
  signature BLOB
) STRICT;
CREATE INDEX evidence_heads_unsigned ON evidence_heads (position) WHERE signature IS NULL;
INSERT INTO evidence_heads SELECT position, chain, CAST(strftime('%s', 'now') AS INTEGER) * 1000000000, NULL, NULL
  FROM evidence_chain;

CREATE TABLE evidence_removed (
  position INTEGER PRIMARY KEY,
  leaf BLOB NOT NULL
) STRICT;

CREATE TABLE evidence_batches (
  number INTEGER PRIMARY KEY,
  kept INTEGER NOT NULL,
  batch BLOB NOT NULL
) STRICT;

CREATE TABLE evidence_certificates (
  fingerprint TEXT PRIMARY KEY,
  subject TEXT NOT NULL,
  pem TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace vigie::server::migrations
