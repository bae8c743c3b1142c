#include "platform/sqlite/database.h"

#include <sqlite3.h>

#include <utility>

#include "platform/base/private_file.h"
#include "platform/sqlite/sqlite_error.h"
#include "platform/sqlite/statement_cache.h"

namespace vigie::sqlite {
namespace {

constexpr std::string_view kInMemory = ":memory:";
constexpr int kBusyTimeoutMilliseconds = 5000;

// journal_size_limit: a write-ahead log that once grew does not keep its size for ever.
constexpr std::string_view kSettings =
    "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA journal_size_limit=67108864;";

class RollbackUnlessCommitted {
 public:
  explicit RollbackUnlessCommitted(sqlite3* handle) : handle_(handle) {}
  RollbackUnlessCommitted(const RollbackUnlessCommitted&) = delete;
  RollbackUnlessCommitted& operator=(const RollbackUnlessCommitted&) = delete;
  ~RollbackUnlessCommitted() {
    // SQLite rolled back by itself after some errors (a full disk): then there is nothing to do.
    if (sqlite3_get_autocommit(handle_) == 0) sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
  }

 private:
  sqlite3* handle_;
};

base::Result<std::string> ReadValue(Database& database, std::string_view sql) {
  auto statement = database.Prepare(sql);
  if (!statement) return statement.error();
  std::string value;
  auto read = statement->ForEach([&](const Statement::Row& row) {
    value = row.Text(0);
    return false;
  });
  if (!read) return read.error();
  return value;
}

base::Result<void> Configure(Database& database, const std::string& path) {
  if (auto set = database.Execute(kSettings); !set) return set;
  const auto mode = ReadValue(database, "PRAGMA journal_mode=WAL");
  if (!mode) return mode.error();
  if (*mode != "wal" && path != kInMemory) {
    return base::Error{base::ErrorCode::kFailedPrecondition,
                       "its file system cannot hold a write-ahead log: keep the state on a local disk"};
  }
  const auto schema = ReadValue(database, "SELECT count(*) FROM sqlite_schema");  // the first page is read here
  if (!schema) return schema.error();
  return {};
}

}  // namespace

struct Database::WatchedLog {
  LogWatch limits;
  int woken_at = 0;  // pages

  bool WantsToWake(int pages) {
    if (pages < woken_at) woken_at = 0;  // it has begun anew
    const bool near_the_end = pages >= limits.most_pages - limits.wake_pages / 2;
    if (!near_the_end && pages < woken_at + limits.wake_pages) return false;
    woken_at = pages;
    return true;
  }
};

Database::Database(sqlite3* handle) : handle_(handle), statements_(std::make_shared<StatementCache>()) {
}

Database::Database(Database&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      statements_(std::move(other.statements_)),
      log_watch_(std::move(other.log_watch_)) {
}

Database& Database::operator=(Database&& other) noexcept {
  if (this != &other) {
    Close();
    handle_ = std::exchange(other.handle_, nullptr);
    statements_ = std::move(other.statements_);
    log_watch_ = std::move(other.log_watch_);
  }
  return *this;
}

// close_v2: a statement that outlives its database keeps it open instead of dangling.
void Database::Close() {
  statements_.reset();
  if (handle_ != nullptr) sqlite3_wal_hook(handle_, nullptr, nullptr);
  sqlite3_close_v2(handle_);
}

Database::~Database() {
  Close();
}

base::Result<Database> Database::Open(const std::string& path, FreeSpace free_space) {
  // Before the file has its first page; afterwards it changes nothing.
  return OpenWith(path, free_space == FreeSpace::kCanBeGivenBack ? "PRAGMA auto_vacuum=INCREMENTAL" : "");
}

base::Result<Database> Database::OpenAlone(const std::string& path) {
  return OpenWith(path, "PRAGMA locking_mode=EXCLUSIVE");
}

base::Result<Database> Database::OpenWith(const std::string& path, std::string_view first_settings) {
  const std::string context = "open database " + path;
  if (path != kInMemory) {
    if (auto made = base::EnsurePrivateFile(path); !made) return made.error().Wrap(context);
  }
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int opened = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  if (handle == nullptr) return base::Error{base::ErrorCode::kResourceExhausted, context + ": no memory"};
  Database database(handle);
  if (opened != SQLITE_OK) return LastError(handle, context);
  sqlite3_busy_timeout(handle, kBusyTimeoutMilliseconds);
  // Before the write-ahead log is looked at for the first time.
  if (auto set = database.Execute(first_settings); !set) return set.error().Wrap(context);
  if (auto configured = Configure(database, path); !configured) return configured.error().Wrap(context);
  return database;
}

base::Result<Database> Database::OpenToRead(const std::string& path) {
  const std::string context = "open database " + path;
  sqlite3* handle = nullptr;
  // Not SQLITE_OPEN_READONLY: beside a writer the shared index of the write-ahead log has to be written.
  const int opened = sqlite3_open_v2(path.c_str(), &handle,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  if (handle == nullptr) return base::Error{base::ErrorCode::kResourceExhausted, context + ": no memory"};
  Database database(handle);
  if (opened == SQLITE_CANTOPEN || (opened & 0xff) == SQLITE_CANTOPEN) {
    return base::Error{base::ErrorCode::kNotFound, context + ": there is none, or it may not be opened"};
  }
  if (opened != SQLITE_OK) return LastError(handle, context);
  sqlite3_busy_timeout(handle, kBusyTimeoutMilliseconds);
  if (auto set = database.Execute("PRAGMA query_only=ON; PRAGMA trusted_schema=OFF;"); !set)
    return set.error().Wrap(context);
  return database;
}

base::Result<Statement> Database::Prepare(std::string_view sql) {
  auto [text, statement] = statements_->Take(sql);
  if (statement != nullptr) return Statement(handle_, statement, std::move(text), statements_);
  const int prepared = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                          &statement, nullptr);
  if (prepared != SQLITE_OK) return LastError(handle_, "prepare a statement");
  return Statement(handle_, statement, std::move(text), statements_);
}

base::Result<void> Database::Execute(std::string_view sql) {
  if (sqlite3_exec(handle_, std::string(sql).c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return LastError(handle_, "execute statements");
}

base::Result<void> Database::Transaction(const std::function<base::Result<void>()>& body) {
  // IMMEDIATE: a transaction that reads first and writes later could otherwise fail with "busy" in its middle.
  if (auto begun = Execute("BEGIN IMMEDIATE"); !begun) return begun;
  const RollbackUnlessCommitted rollback(handle_);
  if (auto done = body(); !done) return done;
  return Execute("COMMIT");
}

base::Result<void> Database::ReadTransaction(const std::function<base::Result<void>()>& body) {
  if (auto begun = Execute("BEGIN"); !begun) return begun;
  const RollbackUnlessCommitted rollback(handle_);
  return body();
}

base::Result<void> Database::Migrate(const std::vector<std::string_view>& migrations) {
  const auto version = ReadValue(*this, "PRAGMA user_version");
  if (!version) return version.error();
  const std::size_t applied = std::stoul(*version);
  if (applied > migrations.size()) {
    return base::Error{base::ErrorCode::kFailedPrecondition,
                       "the database has version " + *version + ", this build knows " +
                           std::to_string(migrations.size()) + ": install the newer build that wrote it"};
  }
  for (std::size_t i = applied; i < migrations.size(); ++i) {
    auto migrated = Transaction([&]() -> base::Result<void> {
      if (auto changed = Execute(migrations[i]); !changed) return changed;
      return Execute("PRAGMA user_version=" + std::to_string(i + 1));
    });
    if (!migrated) return migrated.error().Wrap("migration " + std::to_string(i + 1));
  }
  return {};
}

std::int64_t Database::changes() const {
  return sqlite3_changes64(handle_);
}

std::int64_t Database::last_row() const {
  return sqlite3_last_insert_rowid(handle_);
}

void Database::WatchLog(LogWatch watch) {
  log_watch_ = std::make_unique<WatchedLog>(WatchedLog{std::move(watch)});
  const auto look = [](void* context, sqlite3* handle, const char*, int pages) {
    WatchedLog& log = *static_cast<WatchedLog*>(context);
    // As SQLite's own: what is committed is committed, whatever becomes of its way into the file.
    if (pages >= log.limits.most_pages) {
      sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    } else if (log.WantsToWake(pages)) {
      log.limits.wake();
    }
    return SQLITE_OK;
  };
  sqlite3_wal_hook(handle_, look, log_watch_.get());
}

base::Result<void> Database::Checkpoint() {
  const int done = sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  // Another connection is at it.
  if (done == SQLITE_OK || (done & 0xff) == SQLITE_BUSY) return {};
  return LastError(handle_, "take the write-ahead log over");
}

}  // namespace vigie::sqlite
