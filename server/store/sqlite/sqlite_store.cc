#include "server/store/sqlite/sqlite_store.h"

#include <unordered_map>

#include "platform/base/guarded.h"
#include "platform/base/logging.h"
#include "platform/sqlite/database.h"
#include "server/store/sqlite/checkpoint_thread.h"
#include "server/store/sqlite/sqlite_access.h"
#include "server/store/sqlite/sqlite_audit.h"
#include "server/store/sqlite/sqlite_casework.h"
#include "server/store/sqlite/sqlite_delivery.h"
#include "server/store/sqlite/sqlite_event_reader.h"
#include "server/store/sqlite/sqlite_evidence.h"
#include "server/store/sqlite/sqlite_evidence_reader.h"
#include "server/store/sqlite/sqlite_outbox.h"
#include "server/store/sqlite/sqlite_queries.h"
#include "server/store/sqlite/sqlite_retention.h"
#include "server/store/sqlite/sqlite_rings.h"
#include "server/store/sqlite/sqlite_schema.h"
#include "server/store/sqlite/sqlite_searches.h"
#include "server/store/sqlite/sqlite_sighting_reader.h"
#include "server/store/sqlite/sqlite_sightings.h"
#include "server/store/sqlite/sqlite_transaction.h"
#include "server/store/sqlite/sqlite_unmasking.h"
#include "server/store/sqlite/sqlite_users.h"

namespace vigie::server {

using base::Error;
using base::ErrorCode;
using base::Result;
using sqlite::Database;

namespace {

// A transaction of some thousand events touches pages of nine trees; what does not fit is written twice. What undoes a
// single statement stays in memory: it needs no disk, and on one each of its pages is a system call.
constexpr std::string_view kWriterSettings = "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY";
// Of the write-ahead log: so often it is taken over beside the writer, whose fsyncs then wait for those of the file,
// and what has grown meanwhile is small when its turn comes. Under a load that never pauses that is never done with all
// of it, and the log would grow for ever: from the second on the writer does what is left.
constexpr int kCheckpointPages = 2048;
constexpr int kMostLogPages = 12'288;
constexpr std::size_t kMostAgentsOneByOne = 2000;

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

// Before: a store of millions of events takes seconds to minutes, in which nobody is answered.
void TellOfMigration(Database& database, const std::string& path) {
  const auto version = SelectInteger(database, "PRAGMA user_version");
  const auto current = static_cast<std::int64_t>(StoreMigrations().size());
  if (!version || version->value_or(0) == 0 || **version >= current) return;
  base::LogInfo("store {}: of version {}, becomes one of version {} now, once", path, **version, current);
}

}  // namespace

struct SqliteStore::Connections {
  Connections(std::string file, Database owning, Database writing, Database reading)
      : path(std::move(file)), owner(std::move(owning)), writer(std::move(writing)), reader(std::move(reading)) {}

  const std::string path;
  const Database owner;
  std::optional<CheckpointThread> checkpoints;  // outlives the writer, which wakes it
  base::Guarded<Database> writer;
  base::Guarded<Database> reader;
  // Of this process: after which of its commits each agent was saved.
  struct AgentRevisions {
    std::uint64_t latest = 1;
    std::unordered_map<std::string, std::uint64_t> saved;
  };
  base::Guarded<AgentRevisions> agents;
};

SqliteStore::SqliteStore(std::unique_ptr<Connections> connections) : connections_(std::move(connections)) {
}
SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<SqliteStore>> SqliteStore::Open(const std::string& path) {
  auto owner = TakeOwnership(path);
  if (!owner) return owner.error();
  auto writer = Database::Open(path, sqlite::FreeSpace::kCanBeGivenBack);
  if (!writer) return writer.error();
  TellOfMigration(*writer, path);
  if (auto migrated = writer->Migrate(StoreMigrations()); !migrated) return migrated.error().Wrap("store " + path);
  if (auto filled = FillSightings(*writer); !filled) return filled.error().Wrap("store " + path);
  if (auto filled = FillGaps(*writer); !filled) return filled.error().Wrap("store " + path);
  auto reader = Database::Open(path);
  if (!reader) return reader.error();
  auto checkpoints = Database::Open(path);
  if (!checkpoints) return checkpoints.error();
  if (auto set = writer->Execute(kWriterSettings); !set) return set.error();
  auto connections = std::make_unique<Connections>(path, std::move(*owner), std::move(*writer), std::move(*reader));
  connections->checkpoints.emplace(std::move(*checkpoints));
  connections->writer.Lock()->WatchLog(
      {kCheckpointPages, kMostLogPages, [thread = &*connections->checkpoints] { thread->Wake(); }});
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(connections)));
}

Result<void> SqliteStore::CheckUnused(const std::string& path) {
  const auto owner = TakeOwnership(path);
  return owner ? Result<void>() : owner.error();
}

Result<void> SqliteStore::Write(const std::function<Result<void>(StoreTransaction&)>& body) {
  std::vector<std::string> saved;
  auto database = connections_->writer.Lock();
  auto written = database->Transaction([&]() -> Result<void> {
    SqliteTransaction transaction(*database);
    if (auto done = body(transaction); !done) return done;
    saved = transaction.saved_agents();
    return transaction.Finish();
  });
  if (!written || saved.empty()) return written;
  auto agents = connections_->agents.Lock();
  ++agents->latest;
  for (std::string& id : saved) agents->saved[std::move(id)] = agents->latest;
  return written;
}

Result<std::uint64_t> SqliteStore::EachChangedAgent(std::uint64_t revision, const EachAgent& each) {
  std::vector<std::string> ids;
  std::uint64_t latest = 0;
  {
    auto agents = connections_->agents.Lock();
    latest = agents->latest;
    for (const auto& [id, saved] : agents->saved) {
      if (revision != 0 && saved > revision) ids.push_back(id);
    }
  }
  // Of many, all are read at once: by far faster than each by itself.
  const bool all = revision == 0 || ids.size() > kMostAgentsOneByOne;
  // On a connection of its own: all of a large fleet take a while, and others read meanwhile.
  auto database = Database::OpenToRead(connections_->path);
  if (!database) return database.error();
  const auto done = all ? EachAgentOf(*database, each) : EachAgentOf(*database, ids, each);
  if (!done) return done.error();
  return latest;
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

Result<GapPage> SqliteStore::ListGaps(const GapQuery& query) {
  return SelectGaps(*connections_->reader.Lock(), query);
}

Result<std::optional<PolicyRecord>> SqliteStore::LatestPolicy() {
  auto latest = SelectPolicies(*connections_->reader.Lock(), 1);
  if (!latest) return latest.error();
  return latest->empty() ? std::nullopt : std::optional(std::move(latest->front()));
}

Result<std::vector<PolicyRecord>> SqliteStore::ListPolicies() {
  return SelectPolicies(*connections_->reader.Lock(), -1);
}

Result<std::vector<v1::Ring>> SqliteStore::ListRings() {
  return SelectRings(*connections_->reader.Lock());
}

Result<std::optional<ApiToken>> SqliteStore::FindApiToken(const std::string& hash) {
  auto found = SelectApiTokens(*connections_->reader.Lock(), hash);
  if (!found) return found.error();
  return found->empty() ? std::nullopt : std::optional(std::move(found->front()));
}

Result<std::vector<ApiToken>> SqliteStore::ListApiTokens() {
  return SelectApiTokens(*connections_->reader.Lock(), {});
}

Result<std::optional<User>> SqliteStore::FindUser(const std::string& name) {
  return SelectUser(*connections_->reader.Lock(), name);
}

Result<std::optional<User>> SqliteStore::FindUserByStamp(const std::string& stamp) {
  return SelectUserByStamp(*connections_->reader.Lock(), stamp);
}

Result<std::vector<User>> SqliteStore::ListUsers() {
  return SelectUsers(*connections_->reader.Lock());
}

Result<AuditPage> SqliteStore::ListAudit(const AuditQuery& query) {
  return SelectAudit(*connections_->reader.Lock(), query);
}

Result<HistoryPage> SqliteStore::ListIncidentHistory(const HistoryQuery& query) {
  return SelectHistory(*connections_->reader.Lock(), query);
}

Result<std::optional<v1::Dossier>> SqliteStore::FindDossier(const std::string& id) {
  return SelectDossier(*connections_->reader.Lock(), id);
}

Result<DossierPage> SqliteStore::ListDossiers(const DossierQuery& query) {
  return SelectDossiers(*connections_->reader.Lock(), query);
}

Result<UnmaskPage> SqliteStore::ListUnmasks(const UnmaskQuery& query) {
  return SelectUnmasks(*connections_->reader.Lock(), query);
}

Result<std::vector<v1::SavedSearch>> SqliteStore::ListSearches(const std::string& owner) {
  return SelectSearches(*connections_->reader.Lock(), owner);
}

Result<std::vector<WaitingMessage>> SqliteStore::ListWaiting(const std::string& destination, std::uint32_t at_most) {
  return SelectWaiting(*connections_->reader.Lock(), destination, at_most);
}

Result<std::vector<OutboxState>> SqliteStore::ListOutbox() {
  return SelectOutbox(*connections_->reader.Lock());
}

Result<std::vector<std::pair<std::string, std::string>>> SqliteStore::ListNotes(const std::string& prefix) {
  return SelectNotes(*connections_->reader.Lock(), prefix);
}

Result<std::unique_ptr<RetentionStore>> SqliteStore::OpenRetention() {
  return SqliteRetention::Open(connections_->path, connections_->writer);
}

Result<EvidenceStore::ChainState> SqliteStore::ReadChain() {
  return SelectChainState(*connections_->reader.Lock());
}

Result<std::unique_ptr<EvidenceReader>> SqliteStore::OpenEvidence() {
  return SqliteEvidenceReader::Open(connections_->path);
}

// On a connection of its own: a long chain takes seconds, and others read meanwhile.
Result<v1::VerifyAuditResponse> SqliteStore::VerifyAudit() {
  auto database = Database::OpenToRead(connections_->path);
  if (!database) return database.error();
  v1::VerifyAuditResponse response;
  auto walked = database->ReadTransaction([&]() -> Result<void> {
    auto verified = VerifyAuditChain(*database);
    if (!verified) return verified.error();
    response = *std::move(verified);
    return {};
  });
  if (!walked) return walked.error().Wrap("audit");
  return response;
}

}  // namespace vigie::server
