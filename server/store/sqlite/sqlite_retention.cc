#include "server/store/sqlite/sqlite_retention.h"

#include "proto/contract/time_conversion.h"
#include "server/store/sqlite/sqlite_audit.h"
#include "server/store/sqlite/sqlite_queries.h"
#include "server/store/sqlite/sqlite_removal.h"
#include "server/store/sqlite/sqlite_rows.h"
#include "vigie/v1/incident.pb.h"

namespace vigie::server {

using base::Result;
using sqlite::Database;
using sqlite::Statement;

namespace {

constexpr int kPagesAtATime = 256;  // 1 MiB
// Rows that are removed between two looks at the clock: far less than a millisecond.
constexpr std::int64_t kRowsAtATime = 100;

// How long the store has been held, and whether that is enough.
class Hold {
 public:
  explicit Hold(std::chrono::nanoseconds budget) : budget_(budget) {}
  std::chrono::nanoseconds time() const { return std::chrono::steady_clock::now() - begin_; }
  bool is_over() const { return time() > budget_; }

 private:
  const std::chrono::nanoseconds budget_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

// Whether it is still closed and documented by no dossier: the list was made a while ago.
Result<bool> MayGo(Database& database, const std::string& id) {
  const auto found = SelectInteger(database,
                                   "SELECT 1 FROM incidents WHERE id = ?1 AND state = 2"
                                   " AND NOT EXISTS (SELECT 1 FROM dossier_incidents WHERE incident_id = ?1)",
                                   {id});
  if (!found) return found.error();
  return found->has_value();
}

// Takes the incident's oldest links, then it; false if it has some left. One that may not go is left as it is.
Result<bool> RemoveIncident(Database& database, const std::string& id, const Hold& hold) {
  if (const auto goes = MayGo(database, id); !goes || !*goes) return goes ? Result<bool>(true) : goes;
  auto links = database.Prepare(
      "DELETE FROM incident_events WHERE incident_id = ?1 AND position <= (SELECT max(position) FROM"
      " (SELECT position FROM incident_events WHERE incident_id = ?1 ORDER BY position LIMIT ?2))");
  if (!links) return links.error();
  do {
    if (auto gone = links->BindText(1, id).Bind(2, kRowsAtATime).Run(); !gone) return gone.error();
    if (database.changes() < kRowsAtATime) {
      for (const std::string_view sql :
           {"DELETE FROM incident_entries WHERE incident_id = ?", "DELETE FROM incidents WHERE id = ?"}) {
        auto statement = database.Prepare(sql);
        if (!statement) return statement.error();
        if (auto gone = statement->BindText(1, id).Run(); !gone) return gone.error();
      }
      return true;
    }
  } while (!hold.is_over());
  return false;
}

Result<std::vector<RetentionStore::PlacedEvent>> Collect(Statement& statement) {
  std::vector<RetentionStore::PlacedEvent> events;
  auto read = statement.ForEach([&](const Statement::Row& row) {
    events.push_back({row.Integer(0), {}});
    if (!events.back().event.ParseFromString(row.Blob(1))) events.back().event.Clear();
    return true;
  });
  if (!read) return read.error();
  return events;
}

Result<void> SaveTo(Database& database, const v1::RetentionProgress& progress) {
  auto statement = database.Prepare(
      "INSERT INTO retention_progress (only, progress) VALUES (1, ?)"
      " ON CONFLICT (only) DO UPDATE SET progress = excluded.progress");
  if (!statement) return statement.error();
  return statement->BindBlob(1, progress.SerializeAsString()).Run();
}

// Closed before `before`, oldest first; never the newest incident of all, nor one that a dossier documents.
Result<std::vector<std::string>> ClosedBefore(Database& database, base::SystemTime before) {
  auto statement = database.Prepare(
      "SELECT id, incident FROM incidents WHERE state = 2 AND number < (SELECT max(number) FROM incidents)"
      " AND id NOT IN (SELECT incident_id FROM dossier_incidents) ORDER BY number");
  if (!statement) return statement.error();
  std::vector<std::string> ids;
  auto read = statement->ForEach([&](const Statement::Row& row) {
    v1::Incident incident;
    // What cannot be read says no time: it stays for the integrity check to find.
    if (!incident.ParseFromString(row.Blob(1))) return true;
    if (contract::FromProto(incident.updated_at()) < before) ids.push_back(row.Text(0));
    return true;
  });
  if (!read) return read.error();
  return ids;
}

}  // namespace

Result<std::unique_ptr<RetentionStore>> SqliteRetention::Open(const std::string& path,
                                                              base::Guarded<Database>& writer) {
  auto reader = Database::OpenToRead(path);
  if (!reader) return reader.error();
  return std::unique_ptr<RetentionStore>(new SqliteRetention(std::move(*reader), writer));
}

Result<v1::RetentionProgress> SqliteRetention::Progress() {
  auto statement = reader_.Prepare("SELECT progress FROM retention_progress");
  if (!statement) return statement.error();
  v1::RetentionProgress progress;
  auto read = statement->ForEach([&](const Statement::Row& row) {
    // Unreadable progress is none: everything is looked at again.
    if (!progress.ParseFromString(row.Blob(0))) progress.Clear();
    return false;
  });
  if (!read) return read.error();
  return progress;
}

Result<void> SqliteRetention::SaveProgress(const v1::RetentionProgress& progress) {
  auto database = writer_.Lock();
  return database->Transaction([&] { return SaveTo(*database, progress); });
}

Result<void> SqliteRetention::BeginAnew(const v1::RetentionProgress& progress) {
  auto database = writer_.Lock();
  return database->Transaction([&]() -> Result<void> {
    if (auto forgotten = database->Execute("DELETE FROM retention_held"); !forgotten) return forgotten;
    return SaveTo(*database, progress);
  });
}

Result<std::vector<RetentionStore::PlacedEvent>> SqliteRetention::EventsAfter(std::int64_t position,
                                                                              std::uint32_t limit) {
  auto statement = reader_.Prepare(
      "SELECT position, event FROM events WHERE position > ? AND position < (SELECT max(position) FROM events)"
      " ORDER BY position LIMIT ?");
  if (!statement) return statement.error();
  statement->Bind(1, position).Bind(2, limit);
  return Collect(*statement);
}

Result<std::vector<RetentionStore::PlacedEvent>> SqliteRetention::Released(std::uint32_t limit) {
  auto statement = reader_.Prepare(
      "SELECT e.position, e.event FROM retention_held h JOIN events e ON e.position = h.position"
      " WHERE NOT EXISTS (SELECT 1 FROM incident_events l JOIN incidents i ON i.id = l.incident_id"
      "                   WHERE l.position = h.position AND i.state IN (1, 3))"
      " ORDER BY e.position LIMIT ?");
  if (!statement) return statement.error();
  statement->Bind(1, limit);
  return Collect(*statement);
}

Result<std::uint64_t> SqliteRetention::CountHeld(std::span<const std::int64_t> positions) {
  auto statement = reader_.Prepare(
      "SELECT 1 FROM incident_events l JOIN incidents i ON i.id = l.incident_id WHERE l.position = ? AND i.state IN "
      "(1, 3) LIMIT 1");
  if (!statement) return statement.error();
  std::uint64_t held = 0;
  for (const std::int64_t position : positions) {
    auto read = statement->Bind(1, position).ForEach([&](const Statement::Row&) {
      ++held;
      return false;
    });
    if (!read) return read.error();
  }
  return held;
}

Result<RetentionStore::Removed> SqliteRetention::RemoveEvents(std::span<const std::int64_t> positions,
                                                              std::chrono::nanoseconds budget) {
  Removed removed;
  auto database = writer_.Lock();
  const auto begin = std::chrono::steady_clock::now();
  auto done = database->Transaction([&]() -> Result<void> {
    EventRemoval removal(*database);
    for (const std::int64_t position : positions) {
      const auto gone = removal.Remove(position);
      if (!gone) return gone.error();
      removed.held.push_back(!*gone);
      ++removed.passed;
      if (std::chrono::steady_clock::now() - begin > budget) break;
    }
    return removal.Finish();
  });
  if (!done) return done.error().Wrap("retention");
  removed.took = std::chrono::steady_clock::now() - begin;
  return removed;
}

Result<std::vector<std::string>> SqliteRetention::ClosedIncidents(base::SystemTime before) {
  return ClosedBefore(reader_, before);
}

Result<RetentionStore::Removed> SqliteRetention::RemoveIncidents(std::span<const std::string> ids,
                                                                 std::chrono::nanoseconds budget) {
  Removed removed;
  auto database = writer_.Lock();
  const Hold hold(budget);
  auto done = database->Transaction([&]() -> Result<void> {
    for (const std::string& id : ids) {
      const auto gone = RemoveIncident(*database, id, hold);
      if (!gone) return gone.error();
      if (*gone) ++removed.passed;
      if (hold.is_over()) break;
    }
    return {};
  });
  if (!done) return done.error().Wrap("retention");
  removed.took = hold.time();
  return removed;
}

Result<std::uint64_t> SqliteRetention::CutAudit(base::SystemTime before, const v1::AuditEntry& removal) {
  // Old rows never change: only what moves the begin holds the store.
  const auto last = LastAuditBefore(reader_, before);
  if (!last) return last.error();
  if (last->number == 0) return std::uint64_t{0};
  auto database = writer_.Lock();
  std::uint64_t count = 0;
  auto done = database->Transaction([&]() -> Result<void> {
    const auto cut = CutAuditAfter(*database, *last, removal);
    if (!cut) return cut.error();
    count = *cut;
    return {};
  });
  if (!done) return done.error().Wrap("retention");
  return count;
}

Result<RetentionStore::Removed> SqliteRetention::RemoveCutAudit(std::chrono::nanoseconds budget) {
  Removed removed;
  auto database = writer_.Lock();
  const Hold hold(budget);
  auto done = database->Transaction([&]() -> Result<void> {
    do {
      const auto rows = RemoveCutAuditRows(*database, kRowsAtATime);
      if (!rows) return rows.error();
      removed.passed += *rows;
      if (*rows == 0) break;
    } while (!hold.is_over());
    return {};
  });
  if (!done) return done.error().Wrap("retention");
  removed.took = hold.time();
  return removed;
}

Result<std::uint64_t> SqliteRetention::CountAudit(base::SystemTime before) {
  return CountAuditBefore(reader_, before);
}

Result<bool> SqliteRetention::GiveSpaceBack() {
  auto database = writer_.Lock();
  const auto free_pages = SelectInteger(*database, "PRAGMA freelist_count");
  if (!free_pages) return free_pages.error();
  const auto mode = SelectInteger(*database, "PRAGMA auto_vacuum");
  if (!mode) return mode.error();
  constexpr std::int64_t kIncremental = 2;  // a file of an older version keeps its free pages and uses them again
  if (mode->value_or(0) != kIncremental || free_pages->value_or(0) == 0) return false;
  if (auto given = database->Execute("PRAGMA incremental_vacuum(" + std::to_string(kPagesAtATime) + ")"); !given) {
    return given.error();
  }
  return free_pages->value_or(0) > kPagesAtATime;
}

}  // namespace vigie::server
