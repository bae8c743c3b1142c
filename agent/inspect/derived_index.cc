#include "agent/inspect/derived_index.h"

#include <utility>
#include <vector>

#include "platform/base/logging.h"

namespace vigie::agent::inspect {
namespace {

using base::Result;

// The first one held paths and findings in clear.
const std::vector<std::string_view> kMigrations = {
    "",
    "CREATE TABLE derived("
    "  number INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  device INTEGER NOT NULL, inode INTEGER NOT NULL, change_time INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    "  path BLOB NOT NULL, inspection BLOB NOT NULL);"
    "CREATE UNIQUE INDEX derived_file ON derived(device, inode)"};

// SQLite's integers are signed; the bits are what counts.
std::int64_t Bits(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

Result<void> Remove(sqlite::Database& database, const platform::FileIdentity& file) {
  auto statement = database.Prepare("DELETE FROM derived WHERE device = ?1 AND inode = ?2");
  if (!statement) return statement.error();
  return statement->Bind(1, Bits(file.device)).Bind(2, Bits(file.inode)).Run();
}

struct SealedValues {
  std::string path;
  std::string inspection;
};

SealedValues SealOf(const RowSeal& seal, const platform::FileIdentity& file, const std::string& path,
                    const std::string& inspection) {
  return {seal.Seal(file, RowSeal::Column::kPath, path), seal.Seal(file, RowSeal::Column::kInspection, inspection)};
}

Result<void> Insert(sqlite::Database& database, const platform::FileIdentity& file, const SealedValues& values) {
  auto statement = database.Prepare(
      "INSERT INTO derived(device, inode, change_time, bytes, path, inspection) VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
  if (!statement) return statement.error();
  statement->Bind(1, Bits(file.device))
      .Bind(2, Bits(file.inode))
      .Bind(3, file.change_time_ns)
      .Bind(4, Bits(file.bytes));
  return statement->BindBlob(5, values.path).BindBlob(6, values.inspection).Run();
}

// In their order: the oldest go first when there are too many.
Result<void> CopyRows(sqlite::Database& from, sqlite::Database& into, const RowSeal& seal) {
  auto all = from.Prepare("SELECT device, inode, change_time, bytes, path, inspection FROM derived ORDER BY number");
  if (!all) return all.error();
  Result<void> kept;
  const auto read = all->ForEach([&](const auto& row) {
    const platform::FileIdentity file{.device = static_cast<std::uint64_t>(row.Integer(0)),
                                      .inode = static_cast<std::uint64_t>(row.Integer(1)),
                                      .change_time_ns = row.Integer(2),
                                      .bytes = static_cast<std::uint64_t>(row.Integer(3))};
    kept = Insert(into, file, SealOf(seal, file, row.Text(4), row.Blob(5)));
    return static_cast<bool>(kept);
  });
  return kept ? read : kept;
}

Result<void> CopySealedInto(const std::string& path, sqlite::Database& clear, const RowSeal& seal) {
  auto into = sqlite::Database::Open(path);
  if (!into) return into.error();
  if (auto made = into->Migrate(kMigrations); !made) return made;
  return into->Transaction([&] { return CopyRows(clear, *into, seal); });
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

Result<DerivedIndex::State> DerivedIndex::OpenState(const std::string& path, const RowSeal& seal) {
  const auto sealed = ReplaceClear(
      path, [&](sqlite::Database& clear, const std::string& into) { return CopySealedInto(into, clear, seal); });
  if (!sealed) return sealed.error();
  auto database = sqlite::Database::Open(path);
  if (!database) return database.error();
  if (const auto migrated = database->Migrate(kMigrations); !migrated) return migrated.error();
  // What is written survives the end of this process; a disk flush for each part of a split file would not be worth it.
  if (const auto set = database->Execute("PRAGMA synchronous = NORMAL"); !set) return set.error();
  if (const auto ours = seal.CheckKey(*database, "SELECT device, inode, path FROM derived LIMIT 256"); !ours)
    return ours.error();
  State state{*std::move(database)};
  if (const auto counted = CountAgain(state); !counted) return counted.error();
  return state;
}

// For a start whose disk cannot take the file: what is in clear is read at least, and stays for the next start.
Result<DerivedIndex::State> DerivedIndex::InMemory(const std::string& path, const RowSeal& seal) {
  auto database = sqlite::Database::Open(":memory:");
  if (!database) return database.error();
  if (const auto migrated = database->Migrate(kMigrations); !migrated) return migrated.error();
  if (auto clear = OpenClear(path)) {
    const auto copied = database->Transaction([&] { return CopyRows(*clear, *database, seal); });
    if (!copied) base::LogWarning("{}: {}", path, copied.error().message);
  }
  State state{*std::move(database)};
  if (const auto counted = CountAgain(state); !counted) return counted.error();
  return state;
}

Result<std::unique_ptr<DerivedIndex>> DerivedIndex::Open(const std::string& path, const seal::HostKey& key,
                                                         DerivedIndexOptions options) {
  const RowSeal seal(key);
  auto state = OpenState(path, seal);
  if (!state && state.error().code == base::ErrorCode::kDataLoss) {
    base::LogError("{}: {}: what files were made from before is forgotten", path, state.error().message);
    const auto erased = EraseDatabase(path);
    state = erased ? OpenState(path, seal) : Result<State>(erased.error());
  }
  if (!state) {
    base::LogError("{}: {}: what files are made from is kept in memory only, until the next start", path,
                   state.error().message);
    state = InMemory(path, seal);
  }
  if (!state) return state.error().Wrap("open index of derived files " + path);
  return std::unique_ptr<DerivedIndex>(new DerivedIndex(*std::move(state), seal, options));
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
    const auto bytes = seal_.Open(file, RowSeal::Column::kInspection, row.Blob(0));
    v1::Inspection inspection;
    if (bytes && inspection.ParseFromString(*bytes)) found = std::move(inspection);
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
  const SealedValues values = SealOf(seal_, file, path, inspection.SerializeAsString());
  auto state = state_.Lock();
  const auto stored = state->database.Transaction([&]() -> Result<void> {
    if (auto removed = Remove(state->database, file); !removed) return removed;
    return Insert(state->database, file, values);
  });
  if (!stored) return stored.error().Wrap("record derived file");
  state->files.emplace(file.device, file.inode);
  state->bytes += values.inspection.size();
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
    auto statement = state->database.Prepare("SELECT device, inode, path FROM derived");
    if (!statement) return statement.error();
    const auto read = statement->ForEach([&](const auto& row) {
      const platform::FileIdentity file{.device = static_cast<std::uint64_t>(row.Integer(0)),
                                        .inode = static_cast<std::uint64_t>(row.Integer(1))};
      if (auto path = seal_.Open(file, RowSeal::Column::kPath, row.Blob(2))) paths.push_back(*std::move(path));
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
