#include "server/store/sqlite/migrations/migrations.h"

namespace vigie::server::migrations {

// What people did to incidents and said about them, and the breach files. What was submitted to an authority is never
// changed: `dossiers` holds it without content and facts, which stand in `dossier_submissions` as they were.
const std::string_view kCasework = R"sql(
CREATE TABLE incident_entries (
  incident_id TEXT NOT NULL REFERENCES incidents (id),
  number INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  entry BLOB NOT NULL,
  PRIMARY KEY (incident_id, number)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER incident_entries_are_never_changed BEFORE UPDATE ON incident_entries
BEGIN SELECT raise(ABORT, 'the history of incidents is append-only'); END;

CREATE TABLE dossiers (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  state INTEGER NOT NULL,
  dossier BLOB NOT NULL
) STRICT;
CREATE INDEX dossiers_by_state ON dossiers (state, number);

CREATE TABLE dossier_incidents (
  incident_id TEXT NOT NULL REFERENCES incidents (id),
  dossier_id TEXT NOT NULL REFERENCES dossiers (id),
  PRIMARY KEY (incident_id, dossier_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX dossier_incidents_by_dossier ON dossier_incidents (dossier_id);

CREATE TABLE dossier_submissions (
  dossier_id TEXT NOT NULL REFERENCES dossiers (id),
  number INTEGER NOT NULL,
  submission BLOB NOT NULL,
  PRIMARY KEY (dossier_id, number)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER dossier_submissions_are_never_changed BEFORE UPDATE ON dossier_submissions
BEGIN SELECT raise(ABORT, 'what was submitted is never changed'); END;
CREATE TRIGGER dossier_submissions_are_never_removed BEFORE DELETE ON dossier_submissions
BEGIN SELECT raise(ABORT, 'what was submitted is never removed'); END;
)sql";

}  // namespace vigie::server::migrations
