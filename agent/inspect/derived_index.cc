#include "agent/inspect/derived_index.h"

#include <filesystem>
#include <utility>
#include <vector>

#include "platform/base/logging.h"

namespace vigie::agent::inspect {
namespace {

using base::Result;

const std::vector<std::string_view> kMigrations = {
    "CREATE TABLE derived("
    "  number INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  device INTEGER NOT NULL, inode INTEGER NOT NULL, change_time INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    "  path TEXT NOT NULL, inspection BLOB NOT NULL);"
    "CREATE UNIQUE INDEX derived_file ON derived(device, inode)"};

// SQLite's integers are signed; the bits are what counts.
std::int64_t Bits(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

void RemoveDatabase(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::error_code ignored;
    std::filesystem::remove(path + suffix, ignored);
  }
}

Result<void> Remove(sqlite::Database& database, const platform::FileIdentity& file) {
  auto statement = database.Prepare("DELETE FROM derived WHERE device = ?1 AND inode = ?2");
  if (!statement) return statement.error();
  return statement->Bind(1, Bits(file.device)).Bind(2, Bits(file.inode)).Run();
}

Result<void> Insert(sqlite::Database& database, const platform::FileIdentity& file, const std::string& path,
                    const std::string& inspection) {
  auto statement = database.Prepare(
      "INSERT INTO derived(device, inode, change_time, bytes, path, inspection) VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
  if (!statement) return statement.error();
  statement->Bind(1, Bits(file.device))
      .Bind(2, Bits(file.inode))
      .Bind(3, file.change_time_ns)
      .Bind(4, Bits(file.bytes));
  return statement->BindText(5, path).BindBlob(6, inspection).Run();
}

}  // namespace

Result<void> DerivedIndex::CountAgain(State& state) {
  auto statement = state.database.Prepare("SELECT device, inode, length(inspection) FROM derived");
  if (!statement) return statement.error();
  state.files.clear();
  state.bytes = 0;
  return statement->ForEach([&](const auto& row) {
    state.files.emplace(static_cast<std::uint64_t>(row.Integer(0)), static_cast<std::uint64_t>(row.Integer(1)));
    state.bytes += static_cast<std::uint64_t>(row.Integer(2));
    return true;
  });
}

bool DerivedIndex::Holds(const platform::FileIdentity& file) const {
  return state_.Lock()->files.contains({file.device, file.inode});
}

Result<DerivedIndex::State> DerivedIndex::OpenState(const std::string& path) {
  auto database = sqlite::Database::Open(path);
  if (!database) return database.error();
  if (const auto migrated = database->Migrate(kMigrations); !migrated) return migrated.error();
  // What is written survives the end of this process; a disk flush for each part of a split file would not be worth it.
  if (const auto set = database->Execute("PRAGMA synchronous = NORMAL"); !set) return set.error();
  State state{*std::move(database)};
  if (const auto counted = CountAgain(state); !counted) return counted.error();
  return state;
}

Result<std::unique_ptr<DerivedIndex>> DerivedIndex::Open(const std::string& path, DerivedIndexOptions options) {
  auto state = OpenState(path);
  if (!state && state.error().code == base::ErrorCode::kDataLoss) {
    base::LogError("{} is damaged: what files were made from before is forgotten", path);
    RemoveDatabase(path);
    state = OpenState(path);
  }
  if (!state) return state.error().Wrap("open index of derived files " + path);
  return std::unique_ptr<DerivedIndex>(new DerivedIndex(*std::move(state), options));
}

std::optional<v1::Inspection> DerivedIndex::FindWhere(const platform::FileIdentity& file, bool any_content) {
  auto state = state_.Lock();
  if (!state->files.contains({file.device, file.inode})) return std::nullopt;
  auto statement = state->database.Prepare(
      "SELECT inspection FROM derived WHERE device = ?1 AND inode = ?2"
      " AND (?5 OR change_time = ?3 OR bytes = ?4)");
  if (!statement) return std::nullopt;
  statement->Bind(1, Bits(file.device)).Bind(2, Bits(file.inode)).Bind(3, file.change_time_ns);
  statement->Bind(4, Bits(file.bytes)).Bind(5, any_content ? 1 : 0);
  std::optional<v1::Inspection> found;
  const auto read = statement->ForEach([&](const auto& row) {
    v1::Inspection inspection;
    if (inspection.ParseFromString(row.Blob(0))) found = std::move(inspection);
    return false;
  });
  return read ? found : std::nullopt;
}

std::optional<v1::Inspection> DerivedIndex::Find(const platform::FileIdentity& file) {
  return FindWhere(file, false);
}

std::optional<v1::Inspection> DerivedIndex::FindAnyContent(const platform::FileIdentity& file) {
  return FindWhere(file, true);
}

Result<void> DerivedIndex::Record(const platform::FileIdentity& file, const std::string& path,
                                  const v1::Inspection& inspection) {
  const std::string bytes = inspection.SerializeAsString();
  auto state = state_.Lock();
  const auto stored = state->database.Transaction([&]() -> Result<void> {
    if (auto removed = Remove(state->database, file); !removed) return removed;
    return Insert(state->database, file, path, bytes);
  });
  if (!stored) return stored.error().Wrap("record derived file");
  state->files.emplace(file.device, file.inode);
  state->bytes += bytes.size();
  if (state->files.size() > options_.max_rows || state->bytes > options_.max_bytes) EvictOver(*state, options_);
  return {};
}

void DerivedIndex::Forget(const platform::FileIdentity& file) {
  auto state = state_.Lock();
  if (state->files.erase({file.device, file.inode}) == 0) return;
  if (const auto removed = Remove(state->database, file); !removed) base::LogWarning("{}", removed.error().message);
}

Result<void> DerivedIndex::ForEachPath(const std::function<void(const std::string& path)>& visit) {
  std::vector<std::string> paths;  // `visit` may come back to this index: not under the lock
  {
    auto state = state_.Lock();
    auto statement = state->database.Prepare("SELECT path FROM derived");
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

// The bytes are too many by what was replaced or forgotten, so all is counted anew before anything goes.
void DerivedIndex::EvictOver(State& state, const DerivedIndexOptions& options) {
  constexpr std::uint64_t kAtOnce = 64;
  while (CountAgain(state) && (state.files.size() > options.max_rows || state.bytes > options.max_bytes)) {
    const std::uint64_t rows = state.files.size();
    const std::uint64_t surplus = rows > options.max_rows ? rows - options.max_rows : 1;
    auto statement = state.database.Prepare(
        "DELETE FROM derived WHERE number IN (SELECT number FROM derived ORDER BY number LIMIT ?1)");
    const std::uint64_t going = state.bytes > options.max_bytes ? std::min(kAtOnce, rows) : surplus;
    if (!statement || !statement->Bind(1, Bits(going)).Run()) return;
    state.dropped += static_cast<std::uint64_t>(state.database.changes());
  }
}

}  // namespace vigie::agent::inspect
