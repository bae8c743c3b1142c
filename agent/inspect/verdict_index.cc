#include "agent/inspect/verdict_index.h"

#include <filesystem>
#include <utility>
#include <vector>

#include "platform/base/logging.h"

namespace vigie::agent::inspect {
namespace {

using base::Result;

const std::vector<std::string_view> kMigrations = {
    "CREATE TABLE verdict("
    "  device INTEGER NOT NULL, inode INTEGER NOT NULL, change_time INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    "  version TEXT NOT NULL, path TEXT NOT NULL, watched INTEGER NOT NULL, used INTEGER NOT NULL, inspection BLOB NOT "
    "NULL,"
    "  PRIMARY KEY(device, inode)) WITHOUT ROWID;"
    "CREATE INDEX verdict_watched ON verdict(watched) WHERE watched = 1;"
    "CREATE INDEX verdict_used ON verdict(used)"};

constexpr char kFind[] =
    "SELECT used, inspection FROM verdict"
    " WHERE device = ?1 AND inode = ?2 AND change_time = ?3 AND bytes = ?4 AND version = ?5";
constexpr char kRecord[] =
    "INSERT INTO verdict(device, inode, change_time, bytes, version, path, watched, used, inspection)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
    " ON CONFLICT(device, inode) DO UPDATE SET change_time = ?3, bytes = ?4, version = ?5, path = ?6, watched = ?7,"
    " used = ?8, inspection = ?9";
constexpr std::uint64_t kKeptTogether = 256;

// SQLite's integers are signed; the bits are what counts.
std::int64_t Bits(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

sqlite::Statement& BindIdentity(sqlite::Statement& statement, const platform::FileIdentity& file) {
  return statement.Bind(1, Bits(file.device))
      .Bind(2, Bits(file.inode))
      .Bind(3, file.change_time_ns)
      .Bind(4, Bits(file.bytes));
}

void RemoveDatabase(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::error_code ignored;
    std::filesystem::remove(path + suffix, ignored);
  }
}

Result<std::int64_t> ReadInteger(sqlite::Database& database, std::string_view sql) {
  auto statement = database.Prepare(sql);
  if (!statement) return statement.error();
  std::int64_t value = 0;
  const auto read = statement->ForEach([&](const auto& row) {
    value = row.Integer(0);
    return false;
  });
  if (!read) return read.error();
  return value;
}

struct FoundRow {
  std::int64_t used = 0;
  v1::Inspection inspection;
};

std::optional<FoundRow> ReadRow(sqlite::Statement& statement) {
  std::optional<FoundRow> found;
  const auto read = statement.ForEach([&](const auto& row) {
    FoundRow candidate;
    candidate.used = row.Integer(0);
    if (candidate.inspection.ParseFromString(row.Blob(1))) found = std::move(candidate);
    return false;
  });
  return read ? found : std::nullopt;
}

// Each look would be a write; a row that was used lately is not moved again.
void Touch(sqlite::Database& database, const platform::FileIdentity& file, std::int64_t used, std::int64_t now) {
  constexpr std::int64_t kLately = 1024;
  if (now - used < kLately) return;
  auto statement = database.Prepare("UPDATE verdict SET used = ?3 WHERE device = ?1 AND inode = ?2");
  if (!statement) return;
  statement->Bind(1, Bits(file.device)).Bind(2, Bits(file.inode)).Bind(3, now);
  if (const auto done = statement->Run(); !done) base::LogDebug("verdict index: {}", done.error().message);
}

}  // namespace

VerdictIndex::VerdictIndex(State state, sqlite::Database second, VerdictIndexOptions options)
    : max_rows_(options.max_rows), state_(std::move(state)), checkpoints_(std::move(second)) {
  UseVersion(std::move(options.version));
}

VerdictIndex::~VerdictIndex() {
  Flush();
}

void VerdictIndex::UseVersion(std::string version) {
  state_.Lock()->version = std::move(version);
}

Result<VerdictIndex::State> VerdictIndex::OpenState(const std::string& path) {
  auto database = sqlite::Database::Open(path);
  if (!database) return database.error();
  if (const auto migrated = database->Migrate(kMigrations); !migrated) return migrated.error();
  // A cache may lose its last rows in a power cut; it must not cost a disk flush for each file that is inspected.
  if (const auto set = database->Execute("PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 16384"); !set) {
    return set.error();
  }
  const auto uses = ReadInteger(*database, "SELECT coalesce(max(used), 0) FROM verdict");
  if (!uses) return uses.error();
  const auto rows = ReadInteger(*database, "SELECT count(*) FROM verdict");
  if (!rows) return rows.error();
  auto find = database->Prepare(kFind);
  if (!find) return find.error();
  auto record = database->Prepare(kRecord);
  if (!record) return record.error();
  return State{.database = *std::move(database),
               .find = *std::move(find),
               .record = *std::move(record),
               .uses = *uses,
               .rows = static_cast<std::uint64_t>(*rows)};
}

Result<std::unique_ptr<VerdictIndex>> VerdictIndex::Open(const std::string& path, VerdictIndexOptions options) {
  auto state = OpenState(path);
  if (!state && state.error().code == base::ErrorCode::kDataLoss) {
    base::LogWarning("verdict index {} is damaged: it is made anew", path);
    RemoveDatabase(path);
    state = OpenState(path);
  }
  if (!state) return state.error().Wrap("open verdict index " + path);
  auto second = sqlite::Database::Open(path);
  if (!second) return second.error().Wrap("open verdict index " + path);
  return std::unique_ptr<VerdictIndex>(new VerdictIndex(*std::move(state), *std::move(second), std::move(options)));
}

std::optional<v1::Inspection> VerdictIndex::Find(const platform::FileIdentity& file) {
  auto state = state_.Lock();
  auto found = ReadRow(BindIdentity(state->find, file).BindText(5, state->version));
  if (!found) return std::nullopt;
  Touch(state->database, file, found->used, state->uses);
  return std::move(found->inspection);
}

std::optional<v1::Inspection> VerdictIndex::FindRenamed(const platform::FileIdentity& file) {
  auto state = state_.Lock();
  auto statement = state->database.Prepare(
      "SELECT used, inspection FROM verdict WHERE device = ?1 AND inode = ?2 AND bytes = ?3 AND version = ?4");
  if (!statement) return std::nullopt;
  statement->Bind(1, Bits(file.device)).Bind(2, Bits(file.inode)).Bind(3, Bits(file.bytes));
  auto found = ReadRow(statement->BindText(4, state->version));
  if (!found) return std::nullopt;
  return std::move(found->inspection);
}

Result<void> VerdictIndex::Record(const platform::FileIdentity& file, const std::string& path,
                                  const v1::Inspection& inspection, bool watched) {
  const std::string serialized = inspection.SerializeAsString();
  auto state = state_.Lock();
  if (state->unkept == 0) {
    if (const auto begun = state->database.Execute("BEGIN"); !begun) return begun.error().Wrap("record verdict");
  }
  ++state->unkept;
  state->unmoved = true;
  BindIdentity(state->record, file).BindText(5, state->version).BindText(6, path).Bind(7, watched ? 1 : 0);
  const auto done = state->record.Bind(8, ++state->uses).BindBlob(9, serialized).Run();
  if (done && ++state->rows > max_rows_) EvictOver(*state, max_rows_);
  if (watched || state->unkept >= kKeptTogether || !done) Keep(*state);
  return done ? done : done.error().Wrap("record verdict");
}

void VerdictIndex::Keep(State& state) {
  if (state.unkept == 0) return;
  state.unkept = 0;
  const auto kept = state.database.Execute("COMMIT");
  if (kept) return;
  base::LogWarning("verdict index: {}", kept.error().message);
  (void)state.database.Execute("ROLLBACK");
}

void VerdictIndex::Flush() {
  {
    auto state = state_.Lock();
    Keep(*state);
    if (!std::exchange(state->unmoved, false)) return;
  }
  const auto moved = checkpoints_.Lock()->Execute("PRAGMA wal_checkpoint(PASSIVE)");
  if (!moved) base::LogDebug("verdict index: {}", moved.error().message);
}

Result<void> VerdictIndex::ForEachWatched(const std::function<void(const std::string& path)>& visit) {
  std::vector<std::string> paths;  // `visit` may come back to this index: not under the lock
  {
    auto state = state_.Lock();
    auto statement = state->database.Prepare("SELECT path FROM verdict WHERE watched = 1");
    if (!statement) return statement.error();
    const auto read = statement->ForEach([&](const auto& row) {
      paths.push_back(row.Text(0));
      return true;
    });
    if (!read) return read.error();
  }
  for (const std::string& path : paths) visit(path);
  return {};
}

std::uint64_t VerdictIndex::rows() const {
  return state_.Lock()->rows;
}

// `rows` counts replaced rows twice, so it is counted anew before anything goes. Files without a watch go first: what
// they lose is one inspection, a watched one would lose its mark after the next restart.
void VerdictIndex::EvictOver(State& state, std::uint64_t max_rows) {
  const auto rows = ReadInteger(state.database, "SELECT count(*) FROM verdict");
  if (!rows) return;
  state.rows = static_cast<std::uint64_t>(*rows);
  if (state.rows <= max_rows) return;
  const std::uint64_t surplus = state.rows - max_rows + max_rows / 20;
  auto statement = state.database.Prepare(
      "DELETE FROM verdict WHERE (device, inode) IN"
      " (SELECT device, inode FROM verdict ORDER BY watched, used LIMIT ?1)");
  if (!statement) return;
  if (statement->Bind(1, Bits(surplus)).Run()) state.rows -= static_cast<std::uint64_t>(state.database.changes());
}

}  // namespace vigie::agent::inspect
