#include "agent/inspect/verdict_index.h"

#include <limits>
#include <thread>
#include <utility>
#include <vector>

#include "platform/base/logging.h"

namespace vigie::agent::inspect {
namespace {

using base::Result;

// The first one held paths and findings in clear.
const std::vector<std::string_view> kMigrations = {
    "",
    "CREATE TABLE verdict("
    "  device INTEGER NOT NULL, inode INTEGER NOT NULL, change_time INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    "  version TEXT NOT NULL, path BLOB NOT NULL, watched INTEGER NOT NULL, used INTEGER NOT NULL, inspection BLOB NOT "
    "NULL,"
    "  PRIMARY KEY(device, inode)) WITHOUT ROWID;"
    "CREATE INDEX verdict_watched ON verdict(watched) WHERE watched = 1;"
    "CREATE INDEX verdict_used ON verdict(used)"};

constexpr char kFind[] =
    "SELECT change_time, bytes, version, used, inspection FROM verdict WHERE device = ?1 AND inode = ?2";
constexpr char kRecord[] =
    "INSERT INTO verdict(device, inode, change_time, bytes, version, path, watched, used, inspection)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
    " ON CONFLICT(device, inode) DO UPDATE SET change_time = ?3, bytes = ?4, version = ?5, path = ?6, watched = ?7,"
    " used = ?8, inspection = ?9";
constexpr char kUse[] = "UPDATE verdict SET used = ?3 WHERE device = ?1 AND inode = ?2";
constexpr std::size_t kMany = 256;
constexpr std::size_t kTooMany = 16384;  // nobody has had time to keep them: whoever records keeps them himself
// In one transaction, half a millisecond: so long whoever has a sensitive file kept waits, and nobody gets the
// processor.
constexpr std::size_t kTogether = 32;
constexpr std::int64_t kLately = 1024;  // each look would be a write; a row that was used lately is not moved again

// SQLite's integers are signed; the bits are what counts.
std::int64_t Bits(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
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

// All of a row, as both versions order it.
constexpr char kAll[] =
    "SELECT device, inode, change_time, bytes, version, path, watched, used, inspection FROM verdict";

platform::FileIdentity FileOf(const sqlite::Statement::Row& row) {
  return {.device = static_cast<std::uint64_t>(row.Integer(0)),
          .inode = static_cast<std::uint64_t>(row.Integer(1)),
          .change_time_ns = row.Integer(2),
          .bytes = static_cast<std::uint64_t>(row.Integer(3))};
}

Result<void> CopyRows(sqlite::Database& from, sqlite::Database& into, const RowSeal& seal) {
  auto all = from.Prepare(kAll);
  if (!all) return all.error();
  auto record = into.Prepare(kRecord);
  if (!record) return record.error();
  Result<void> kept;
  const auto read = all->ForEach([&](const auto& row) {
    const auto file = FileOf(row);
    record->Bind(1, Bits(file.device)).Bind(2, Bits(file.inode)).Bind(3, file.change_time_ns);
    record->Bind(4, Bits(file.bytes)).BindText(5, row.Text(4));
    record->BindBlob(6, seal.Seal(file, RowSeal::Column::kPath, row.Text(5)));
    record->Bind(7, row.Integer(6)).Bind(8, row.Integer(7));
    kept = record->BindBlob(9, seal.Seal(file, RowSeal::Column::kInspection, row.Blob(8))).Run();
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

std::optional<v1::Inspection> Parse(const std::string& serialized) {
  v1::Inspection inspection;
  if (!inspection.ParseFromString(serialized)) return std::nullopt;
  return inspection;
}

}  // namespace

const VerdictIndex::Row* VerdictIndex::Memory::Find(const Key& key) const {
  for (const Rows* rows : {&recorded, &being_kept}) {
    if (const auto found = rows->find(key); found != rows->end()) return &found->second;
  }
  return nullptr;
}

VerdictIndex::VerdictIndex(Opened opened, const RowSeal& seal, VerdictIndexOptions options)
    : max_rows_(options.max_rows), seal_(seal), writer_(std::move(opened.writer)), reader_(std::move(opened.reader)) {
  memory_.Lock()->uses = opened.uses;
  UseVersion(std::move(options.version));
}

VerdictIndex::~VerdictIndex() {
  Flush();
}

void VerdictIndex::UseVersion(std::string version) {
  auto memory = memory_.Lock();
  if (memory->version == version) return;
  memory->version = std::move(version);
  ++memory->versions;
}

bool VerdictIndex::LeaveVersionFor(const std::string& next) {
  auto memory = memory_.Lock();
  if (memory->version == next) return false;
  memory->version.reset();
  ++memory->versions;
  return true;
}

std::uint64_t VerdictIndex::versions() const {
  return memory_.Lock()->versions;
}

Result<VerdictIndex::Opened> VerdictIndex::OpenFile(const std::string& path, const RowSeal& seal) {
  const auto sealed = ReplaceClear(
      path, [&](sqlite::Database& clear, const std::string& into) { return CopySealedInto(into, clear, seal); });
  if (!sealed) return sealed.error();
  auto writing = sqlite::Database::Open(path);
  if (!writing) return writing.error();
  if (const auto migrated = writing->Migrate(kMigrations); !migrated) return migrated.error();
  // A cache may lose its last rows in a power cut; it must not cost a disk flush for each file that is inspected.
  if (const auto set = writing->Execute("PRAGMA synchronous = NORMAL"); !set) return set.error();
  if (const auto ours = seal.CheckKey(*writing, "SELECT device, inode, path FROM verdict LIMIT 256"); !ours)
    return ours.error();
  const auto uses = ReadInteger(*writing, "SELECT coalesce(max(used), 0) FROM verdict");
  if (!uses) return uses.error();
  const auto rows = ReadInteger(*writing, "SELECT count(*) FROM verdict");
  if (!rows) return rows.error();
  auto record = writing->Prepare(kRecord);
  if (!record) return record.error();
  auto use = writing->Prepare(kUse);
  if (!use) return use.error();
  auto reading = sqlite::Database::Open(path);
  if (!reading) return reading.error();
  auto find = reading->Prepare(kFind);
  if (!find) return find.error();
  return Opened{{*std::move(writing), *std::move(record), *std::move(use), static_cast<std::uint64_t>(*rows)},
                {*std::move(reading), *std::move(find)},
                *uses};
}

Result<std::unique_ptr<VerdictIndex>> VerdictIndex::Open(const std::string& path, const seal::HostKey& key,
                                                         VerdictIndexOptions options) {
  const RowSeal seal(key);
  auto opened = OpenFile(path, seal);
  // A cache: whatever is wrong with it, as a disk without room for its takeover, must not stop the agent. Somebody
  // else's is left alone.
  if (!opened && opened.error().code != base::ErrorCode::kUnavailable) {
    base::LogWarning("verdict index {} is made anew: {}", path, opened.error().message);
    if (const auto erased = EraseDatabase(path); !erased) return erased.error();
    opened = OpenFile(path, seal);
  }
  if (!opened) return opened.error().Wrap("open verdict index " + path);
  return std::unique_ptr<VerdictIndex>(new VerdictIndex(*std::move(opened), seal, std::move(options)));
}

std::optional<v1::Inspection> VerdictIndex::Find(const platform::FileIdentity& file) {
  return FindRow(file, {file.change_time_ns, file.change_time_ns});
}

std::optional<v1::Inspection> VerdictIndex::FindRenamed(const platform::FileIdentity& file,
                                                        std::int64_t modify_time_ns) {
  return FindRow(file, {modify_time_ns, std::numeric_limits<std::int64_t>::max()});
}

std::optional<v1::Inspection> VerdictIndex::FindRow(const platform::FileIdentity& file, ChangedWithin times) {
  const auto is_of = [&](const platform::FileIdentity& known, const std::string& version, const std::string& wanted) {
    return known.bytes == file.bytes && version == wanted && times.from <= known.change_time_ns &&
           known.change_time_ns <= times.to;
  };
  std::string wanted;
  {
    auto memory = memory_.Lock();
    if (!memory->version) return std::nullopt;
    wanted = *memory->version;
    if (const Row* row = memory->Find({file.device, file.inode})) {
      return is_of(row->file, row->version, wanted) ? Parse(row->inspection) : std::nullopt;
    }
  }
  const auto row = ReadRow(file);
  if (!row || !is_of(row->file, row->version, wanted)) return std::nullopt;
  const auto inspection = seal_.Open(file, RowSeal::Column::kInspection, row->inspection);
  if (!inspection) return std::nullopt;
  {
    auto memory = memory_.Lock();
    if (memory->uses - row->used >= kLately) memory->used[{file.device, file.inode}] = memory->uses;
  }
  return Parse(*inspection);
}

std::optional<VerdictIndex::Row> VerdictIndex::ReadRow(const platform::FileIdentity& file) {
  auto reader = reader_.Lock();
  std::optional<Row> found;
  const auto read = reader->find.Bind(1, Bits(file.device)).Bind(2, Bits(file.inode)).ForEach([&](const auto& row) {
    found.emplace();
    found->file = {file.device, file.inode, row.Integer(0), static_cast<std::uint64_t>(row.Integer(1))};
    found->version = row.Text(2);
    found->used = row.Integer(3);
    found->inspection = row.Blob(4);
    return false;
  });
  if (!read) base::LogDebug("verdict index: {}", read.error().message);
  return found;
}

Result<void> VerdictIndex::Record(const platform::FileIdentity& file, const std::string& path,
                                  const v1::Inspection& inspection, bool watched, std::uint64_t versions) {
  Row row{.file = file, .path = path, .version = {}, .inspection = inspection.SerializeAsString(), .watched = watched};
  const Key key(file.device, file.inode);
  bool too_many = false;
  {
    auto memory = memory_.Lock();
    if (!memory->version || memory->versions != versions) return {};
    row.version = *memory->version;
    row.used = ++memory->uses;
    memory->recorded[key] = std::move(row);
    too_many = memory->recorded.size() >= kTooMany;
  }
  if (watched) return KeepSome(&key);  // it alone: somebody waits
  return too_many ? KeepSome(nullptr) : Result<void>();
}

// One row, or some. What cannot be kept is kept by the next one who tries; if it becomes too much, what is
// clean is inspected again instead.
Result<void> VerdictIndex::KeepSome(const Key* only) {
  auto writer = writer_.Lock();
  std::map<Key, std::int64_t> used;
  const Rows* rows = nullptr;
  {
    auto memory = memory_.Lock();
    auto next = only == nullptr ? memory->recorded.begin() : memory->recorded.find(*only);
    const std::size_t most = only == nullptr ? kTogether : 1;
    while (next != memory->recorded.end() && memory->being_kept.size() < most) {
      memory->being_kept.insert(memory->recorded.extract(next++));
    }
    if (only == nullptr) used.swap(memory->used);
    rows = &memory->being_kept;  // changed under the writer's lock only
  }
  const auto kept = KeepRows(*writer, *rows, used);
  Rows done;  // freed without the lock that those who wait need
  auto memory = memory_.Lock();
  if (!kept) {
    memory->recorded.merge(memory->being_kept);
    memory->used.merge(used);
    if (memory->recorded.size() + memory->used.size() >= kTooMany + kMany) {
      std::erase_if(memory->recorded, [](const auto& entry) { return !entry.second.watched; });
      memory->used.clear();
    }
  }
  done.swap(memory->being_kept);
  return kept ? kept : kept.error().Wrap("keep verdicts");
}

Result<void> VerdictIndex::KeepRows(Writer& writer, const Rows& rows, const std::map<Key, std::int64_t>& used) {
  if (rows.empty() && used.empty()) return {};
  const auto kept = writer.database.Transaction([&]() -> Result<void> {
    for (const auto& [key, at] : used) {
      if (auto done = writer.use.Bind(1, Bits(key.first)).Bind(2, Bits(key.second)).Bind(3, at).Run(); !done)
        return done;
    }
    for (const auto& [key, row] : rows) {
      writer.record.Bind(1, Bits(key.first)).Bind(2, Bits(key.second)).Bind(3, row.file.change_time_ns);
      writer.record.Bind(4, Bits(row.file.bytes)).BindText(5, row.version);
      writer.record.BindBlob(6, seal_.Seal(row.file, RowSeal::Column::kPath, row.path));
      writer.record.Bind(7, row.watched ? 1 : 0).Bind(8, row.used);
      writer.record.BindBlob(9, seal_.Seal(row.file, RowSeal::Column::kInspection, row.inspection));
      if (auto done = writer.record.Run(); !done) return done;
    }
    return {};
  });
  if (!kept) return kept;
  writer.rows += rows.size();
  if (writer.rows > max_rows_) EvictOver(writer);
  return {};
}

void VerdictIndex::Flush() {
  for (bool more = true; more;) {
    const auto kept = KeepSome(nullptr);
    const bool said = std::exchange(memory_.Lock()->cannot_keep, !kept);
    if (!kept && !said) base::LogWarning("verdict index, until it can be written again: {}", kept.error().message);
    more = kept && !memory_.Lock()->recorded.empty();
    if (more) std::this_thread::yield();  // a lock that is taken again at once leaves its waiters waiting
  }
}

void VerdictIndex::FlushIfMany() {
  const bool many = [this] {
    auto memory = memory_.Lock();
    return memory->recorded.size() + memory->used.size() >= kMany;
  }();
  if (many) Flush();
}

Result<void> VerdictIndex::ForEachWatched(const std::function<void(const std::string& path)>& visit) {
  Flush();
  std::vector<std::string> paths;  // `visit` may come back to this index: not under the lock
  {
    auto reader = reader_.Lock();
    auto statement = reader->database.Prepare(std::string(kAll) + " WHERE watched = 1");
    if (!statement) return statement.error();
    const auto read = statement->ForEach([&](const auto& row) {
      if (auto path = seal_.Open(FileOf(row), RowSeal::Column::kPath, row.Blob(5))) paths.push_back(*std::move(path));
      return true;
    });
    if (!read) return read.error();
  }
  for (const std::string& path : paths) visit(path);
  return {};
}

std::uint64_t VerdictIndex::rows() const {
  const std::uint64_t kept = writer_.Lock()->rows;
  return kept + memory_.Lock()->recorded.size();
}

// `rows` counts replaced rows twice, so it is counted anew before anything goes. Files without a watch go first: what
// they lose is one inspection, a watched one would lose its mark after the next restart.
void VerdictIndex::EvictOver(Writer& writer) {
  const auto rows = ReadInteger(writer.database, "SELECT count(*) FROM verdict");
  if (!rows) return;
  writer.rows = static_cast<std::uint64_t>(*rows);
  if (writer.rows <= max_rows_) return;
  const std::uint64_t surplus = writer.rows - max_rows_ + max_rows_ / 20;
  auto statement = writer.database.Prepare(
      "DELETE FROM verdict WHERE (device, inode) IN"
      " (SELECT device, inode FROM verdict ORDER BY watched, used LIMIT ?1)");
  if (!statement) return;
  if (statement->Bind(1, Bits(surplus)).Run()) writer.rows -= static_cast<std::uint64_t>(writer.database.changes());
}

}  // namespace vigie::agent::inspect
