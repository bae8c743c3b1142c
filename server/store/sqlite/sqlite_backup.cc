#include "server/store/sqlite/sqlite_backup.h"

#include "core/credentials/digest.h"
#include "platform/base/private_file.h"
#include "platform/sqlite/database.h"
#include "server/store/sqlite/sqlite_audit.h"
#include "server/store/sqlite/sqlite_delivery.h"
#include "server/store/sqlite/sqlite_queries.h"
#include "server/store/sqlite/sqlite_rows.h"
#include "server/store/sqlite/sqlite_schema.h"
#include "server/store/sqlite/sqlite_sightings.h"

namespace vigie::server {

using base::Error;
using base::ErrorCode;
using base::Result;
using sqlite::Database;
using sqlite::Statement;

namespace {

constexpr std::string_view kTables = R"sql(
CREATE TABLE backup_files (
  name TEXT PRIMARY KEY,
  mode INTEGER NOT NULL,
  content BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE backup_manifest (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

enum class Older { kIsRefused, kIsTaken };

Result<void> CheckVersion(Database& database, const std::string& path, Older older) {
  const auto version = SelectInteger(database, "PRAGMA user_version");
  if (!version) return version.error();
  const auto found = version->value_or(0);
  const auto known = static_cast<std::int64_t>(StoreMigrations().size());
  if (found == known || (older == Older::kIsTaken && found > 0 && found < known)) return {};
  const std::string hint = found > known ? "use the newer build that wrote it" : "use the build that wrote it";
  return Error{ErrorCode::kFailedPrecondition, path + " has version " + std::to_string(found) +
                                                   " of the store, this build knows " + std::to_string(known) + ": " +
                                                   hint};
}

// VACUUM INTO: one read transaction, so one state; what is not needed is left behind.
Result<void> CopyInto(Database& database, const std::string& into) {
  if (auto made = base::EnsurePrivateFile(into); !made) return made;  // an empty file is taken as new
  // Also of a file that an older version made: the copy can give its space back. To one that can already, the same
  // PRAGMA is a write, and a backup must stay what its hash says.
  const auto can = SelectInteger(database, "PRAGMA auto_vacuum");
  if (!can) return can.error();
  if (can->value_or(0) == 0) {
    if (auto set = database.Execute("PRAGMA auto_vacuum=INCREMENTAL"); !set) return set;
  }
  auto copy = database.Prepare("VACUUM INTO ?");
  if (!copy) return copy.error();
  return copy->BindText(1, into).Run();
}

// A collector under full load leaves hardly a moment between two transactions, and SQLite's waiting is not fair: it
// gives up after five seconds.
Result<void> AppendEntry(Database& database, const v1::AuditEntry& entry) {
  constexpr int kAttempts = 12;
  for (int attempt = 1;; ++attempt) {
    auto appended = database.Transaction([&] { return InsertAudit(database, entry); });
    if (appended || appended.error().code != ErrorCode::kUnavailable || attempt == kAttempts) return appended;
  }
}

Result<void> SaveFiles(Database& database, const BackupContent& content) {
  auto save = database.Prepare("INSERT INTO backup_files (name, mode, content) VALUES (?, ?, ?)");
  if (!save) return save.error();
  for (const BackupFile& file : content.files) {
    save->BindText(1, file.name).Bind(2, file.mode).BindBlob(3, file.content);
    if (auto saved = save->Run(); !saved) return saved;
  }
  return {};
}

Result<void> SaveManifest(Database& database, BackupManifest manifest, const BackupContent& content) {
  for (const BackupFile& file : content.files) manifest["sha256:" + file.name] = credentials::Sha256Hex(file.content);
  const auto events = SelectInteger(database, "SELECT count(*) FROM events");
  const auto last = SelectInteger(database, "SELECT coalesce(max(position), 0) FROM events");
  if (!events) return events.error();
  if (!last) return last.error();
  manifest["events"] = std::to_string(events->value_or(0));
  manifest["last_position"] = std::to_string(last->value_or(0));
  manifest["schema"] = std::to_string(StoreMigrations().size());
  auto save = database.Prepare("INSERT INTO backup_manifest (key, value) VALUES (?, ?)");
  if (!save) return save.error();
  for (const auto& [key, value] : manifest) {
    if (auto saved = save->BindText(1, key).BindText(2, value).Run(); !saved) return saved;
  }
  return {};
}

Result<BackupManifest> ReadManifest(Database& database) {
  auto statement = database.Prepare("SELECT key, value FROM backup_manifest");
  if (!statement) return Error{ErrorCode::kFailedPrecondition, "it is no backup of a collector"};
  BackupManifest manifest;
  auto read = statement->ForEach([&](const Statement::Row& row) {
    manifest[row.Text(0)] = row.Text(1);
    return true;
  });
  if (!read) return read.error();
  return manifest;
}

Result<void> CheckFile(const BackupFile& file, const BackupManifest& manifest) {
  const auto expected = manifest.find("sha256:" + file.name);
  if (expected != manifest.end() && expected->second == credentials::Sha256Hex(file.content)) return {};
  return Error{ErrorCode::kDataLoss, file.name + " in it is not what the manifest says"};
}

// What a start of the collector does with an older store.
Result<void> MakeCurrent(Database& store) {
  auto dropped =
      store.Transaction([&] { return store.Execute("DROP TABLE backup_files; DROP TABLE backup_manifest;"); });
  if (!dropped) return dropped;
  if (auto migrated = store.Migrate(StoreMigrations()); !migrated) return migrated;
  if (auto filled = FillSightings(store); !filled) return filled;
  return FillGaps(store);
}

}  // namespace

Result<void> WriteBackup(const std::string& store, const std::string& into, const BackupContent& content,
                         const v1::AuditEntry& entry) {
  {
    auto database = Database::Open(store);
    if (!database) return database.error();
    if (auto fits = CheckVersion(*database, store, Older::kIsRefused); !fits) return fits;
    if (auto told = AppendEntry(*database, entry); !told) return told.error().Wrap("audit of " + store);
    if (auto copied = CopyInto(*database, into); !copied) return copied.error().Wrap("copy " + store);
  }
  auto backup = Database::Open(into);
  if (!backup) return backup.error();
  auto added = backup->Transaction([&]() -> Result<void> {
    if (auto made = backup->Execute(kTables); !made) return made;
    if (auto saved = SaveFiles(*backup, content); !saved) return saved;
    return SaveManifest(*backup, content.manifest, content);
  });
  if (!added) return added.error().Wrap("write " + into);
  // One file, that can be carried away: no write-ahead log beside it.
  return backup->Execute("PRAGMA journal_mode=DELETE");
}

Result<BackupContent> ReadBackup(const std::string& path) {
  auto backup = Database::OpenToRead(path);
  if (!backup) return backup.error();
  auto manifest = ReadManifest(*backup);
  if (!manifest) return manifest.error().Wrap(path);
  if (auto fits = CheckVersion(*backup, path, Older::kIsTaken); !fits) return fits.error();
  auto statement = backup->Prepare("SELECT name, mode, content FROM backup_files ORDER BY name");
  if (!statement) return statement.error();
  BackupContent content{{}, *std::move(manifest)};
  auto read = Each(*statement, [&](const Statement::Row& row) -> Result<void> {
    content.files.push_back({row.Text(0), static_cast<std::uint32_t>(row.Integer(1)), row.Blob(2)});
    return CheckFile(content.files.back(), content.manifest);
  });
  if (!read) return read.error().Wrap(path);
  return content;
}

Result<void> UnpackStore(const std::string& path, const std::string& into, const v1::AuditEntry& entry) {
  {
    auto backup = Database::OpenToRead(path);
    if (!backup) return backup.error();
    if (auto writable = backup->Execute("PRAGMA query_only=OFF"); !writable) return writable;
    if (auto copied = CopyInto(*backup, into); !copied) return copied.error().Wrap("copy " + path);
  }
  auto store = Database::Open(into);
  if (!store) return store.error();
  auto migrated = MakeCurrent(*store);
  if (migrated) migrated = store->Transaction([&] { return InsertAudit(*store, entry); });
  if (!migrated) return migrated.error().Wrap("unpack " + path);
  return {};
}

}  // namespace vigie::server
