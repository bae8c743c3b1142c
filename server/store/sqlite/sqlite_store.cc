#include "server/store/sqlite/sqlite_store.h"

#include "platform/base/guarded.h"
#include "platform/sqlite/database.h"
#include "server/store/sqlite/sqlite_event_reader.h"
#include "server/store/sqlite/sqlite_queries.h"
#include "server/store/sqlite/sqlite_schema.h"
#include "server/store/sqlite/sqlite_sighting_reader.h"
#include "server/store/sqlite/sqlite_sightings.h"
#include "server/store/sqlite/sqlite_transaction.h"

namespace vigie::server {

using base::Error;
using base::ErrorCode;
using base::Result;
using sqlite::Database;

namespace {

// A transaction that is never ended is a lock that the operating system releases with the process.
Result<Database> TakeOwnership(const std::string& path) {
  auto owner = Database::Open(path + ".owner");
  if (!owner) return owner.error();
  if (auto asked = owner->Execute("PRAGMA busy_timeout = 0"); !asked) return asked.error();
  if (auto locked = owner->Execute("BEGIN IMMEDIATE"); !locked) {
    if (locked.error().code != ErrorCode::kUnavailable) return locked.error().Wrap("store " + path);
    return Error{ErrorCode::kUnavailable, "store " + path + ": another collector uses it, stop that one first"};
  }
  return owner;
}

}  // namespace

struct SqliteStore::Connections {
  Connections(std::string file, Database owning, Database writing, Database reading)
      : path(std::move(file)), owner(std::move(owning)), writer(std::move(writing)), reader(std::move(reading)) {}

  const std::string path;
  const Database owner;
  base::Guarded<Database> writer;
  base::Guarded<Database> reader;
};

SqliteStore::SqliteStore(std::unique_ptr<Connections> connections) : connections_(std::move(connections)) {
}
SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<SqliteStore>> SqliteStore::Open(const std::string& path) {
  auto owner = TakeOwnership(path);
  if (!owner) return owner.error();
  auto writer = Database::Open(path);
  if (!writer) return writer.error();
  if (auto migrated = writer->Migrate(StoreMigrations()); !migrated) return migrated.error().Wrap("store " + path);
  if (auto filled = FillSightings(*writer); !filled) return filled.error().Wrap("store " + path);
  auto reader = Database::Open(path);
  if (!reader) return reader.error();
  auto connections = std::make_unique<Connections>(path, std::move(*owner), std::move(*writer), std::move(*reader));
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(connections)));
}

Result<void> SqliteStore::Write(const std::function<Result<void>(StoreTransaction&)>& body) {
  auto database = connections_->writer.Lock();
  return database->Transaction([&]() -> Result<void> {
    SqliteTransaction transaction(*database);
    if (auto done = body(transaction); !done) return done;
    return transaction.Finish();
  });
}

Result<EventPage> SqliteStore::QueryEvents(const EventQuery& query) {
  return SelectEvents(*connections_->reader.Lock(), query);
}

Result<void> SqliteStore::ReplayEvents(std::chrono::nanoseconds window,
                                       const std::function<Result<void>(const v1::Event&)>& each) {
  return SelectRecentEvents(*connections_->reader.Lock(), window, each);
}

Result<std::uint64_t> SqliteStore::CountEvents() {
  const auto count = SelectInteger(*connections_->reader.Lock(), "SELECT count(*) FROM events");
  if (!count) return count.error();
  return static_cast<std::uint64_t>(count->value_or(0));
}

Result<std::unique_ptr<EventReader>> SqliteStore::OpenEvents() {
  return SqliteEventReader::Open(connections_->path);
}

Result<std::unique_ptr<SightingReader>> SqliteStore::OpenSightings() {
  return SqliteSightingReader::Open(connections_->path);
}

Result<IncidentPage> SqliteStore::ListIncidents(const IncidentQuery& query) {
  return SelectIncidents(*connections_->reader.Lock(), query);
}

Result<std::vector<v1::Incident>> SqliteStore::OpenIncidents() {
  return SelectOpenIncidents(*connections_->reader.Lock());
}

Result<std::vector<v1::Incident>> SqliteStore::DisarmingIncidents() {
  return SelectDisarmingIncidents(*connections_->reader.Lock());
}

Result<std::optional<v1::Incident>> SqliteStore::FindIncident(const std::string& id) {
  return SelectIncident(*connections_->reader.Lock(), id);
}

Result<std::vector<AgentRecord>> SqliteStore::ListAgents() {
  return SelectAgents(*connections_->reader.Lock());
}

Result<std::optional<AgentRecord>> SqliteStore::FindAgent(const std::string& id) {
  return SelectAgent(*connections_->reader.Lock(), id);
}

Result<std::optional<PolicyRecord>> SqliteStore::LatestPolicy() {
  auto database = connections_->reader.Lock();
  auto statement =
      database->Prepare("SELECT version, text, in_force_since FROM policies ORDER BY version DESC LIMIT 1");
  if (!statement) return statement.error();
  std::optional<PolicyRecord> latest;
  auto read = statement->ForEach([&](const sqlite::Statement::Row& row) {
    latest = PolicyRecord{static_cast<std::uint32_t>(row.Integer(0)), row.Text(1),
                          base::SystemTime(std::chrono::nanoseconds(row.Integer(2)))};
    return false;
  });
  if (!read) return read.error();
  return latest;
}

Result<bool> SqliteStore::HasApiToken(const std::string& hash) {
  const auto found = SelectInteger(*connections_->reader.Lock(), "SELECT 1 FROM api_tokens WHERE hash = ?", {hash});
  if (!found) return found.error();
  return found->has_value();
}

}  // namespace vigie::server
