#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

// A thin typed wrapper of SQLite (https://sqlite.org/c3ref/intro.html); SQL itself stands only in the stores that use
// it. A Database and its statements belong to one thread at a time.
namespace vigie::sqlite {

class StatementCache;

// A prepared statement, bound and stepped. Reset by destruction of the Row loop or by Run/ForEach.
class Statement {
 public:
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;
  ~Statement();

  // Parameters are numbered from 1. Text and blobs are copied. Bindings stay until they are bound anew. A bad index is
  // reported by the next Run or ForEach.
  Statement& Bind(int index, std::int64_t value);
  Statement& BindText(int index, std::string_view value);
  Statement& BindBlob(int index, std::string_view value);
  Statement& BindNull(int index);

  // For statements that give no rows.
  base::Result<void> Run();

  // One row while a callback runs. Columns are numbered from 0.
  class Row {
   public:
    explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
    std::int64_t Integer(int column) const;
    std::string Text(int column) const;
    std::string Blob(int column) const;
    std::string_view BlobView(int column) const;  // while the callback runs
    bool IsNull(int column) const;

   private:
    sqlite3_stmt* statement_;
  };
  // Calls `row` for each row until it returns false.
  base::Result<void> ForEach(const std::function<bool(const Row&)>& row);

 private:
  friend class Database;
  Statement(sqlite3* database, sqlite3_stmt* statement, std::string sql, std::weak_ptr<StatementCache> cache);
  Statement& Note(int bind_result);
  base::Result<void> BindFailure();
  void GiveBack();

  sqlite3* database_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
  int bind_failure_ = 0;  // SQLITE_OK, or the first result of a Bind that was not
  std::string sql_;       // under which it is given back
  std::weak_ptr<StatementCache> cache_;
};

// What becomes of the pages of removed rows. Only a new file can be made so that they can be given back to the file
// system, step by step (PRAGMA incremental_vacuum); in others they are used again.
enum class FreeSpace { kIsUsedAgain, kCanBeGivenBack };

class Database {
 public:
  // Opens or creates the file, mode 0600, in WAL mode with synchronous=FULL (a commit is on the disk), foreign keys on,
  // a busy time-out of 5 s. kDataLoss if its head is damaged (the rest shows when it is read). ":memory:" for tests.
  static base::Result<Database> Open(const std::string& path, FreeSpace free_space = FreeSpace::kIsUsedAgain);
  // The same for who shares the file with nobody: others find it locked. No memory is mapped, so that a disk that is
  // full ends no process (a hole in PATH-shm that cannot be filled is a SIGBUS).
  static base::Result<Database> OpenAlone(const std::string& path);
  // Opens an existing file only to read it, beside whoever writes it. kNotFound if there is none.
  static base::Result<Database> OpenToRead(const std::string& path);

  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  // One of the same text that was given back is used again, without bindings; those used last are kept.
  base::Result<Statement> Prepare(std::string_view sql);
  // One or several statements without parameters; rows that they give are dropped.
  base::Result<void> Execute(std::string_view sql);

  // BEGIN IMMEDIATE, `body`, COMMIT; rolled back if one fails, or if `body` throws. Not nested.
  base::Result<void> Transaction(const std::function<base::Result<void>()>& body);

  // `body` reads, all of it the same state; what it would write is rolled back. Not nested.
  base::Result<void> ReadTransaction(const std::function<base::Result<void>()>& body);

  // Applies migrations[user_version…] in order, each in a transaction of its own. kFailedPrecondition if the file is
  // newer than this build.
  base::Result<void> Migrate(const std::vector<std::string_view>& migrations);

  std::int64_t changes() const;   // rows changed by the last statement
  std::int64_t last_row() const;  // INTEGER PRIMARY KEY of the row that was inserted last

  // From now on commits of this connection call `wake`, whose thread is to call Checkpoint on a connection of its own:
  // each time the write-ahead log has grown by `wake_pages`, and at every commit of the last `wake_pages` / 2 before
  // `most_pages`. A commit that leaves more than these, because writers never pause, takes over itself what is left, so
  // that the log begins anew.
  struct LogWatch {
    int wake_pages = 0;
    int most_pages = 0;
    std::function<void()> wake;
  };
  void WatchLog(LogWatch watch);
  // Takes what is committed over into the file as far as no reader needs the older state (PRAGMA wal_checkpoint
  // PASSIVE): waits for the disk, and for no other connection. Once all is taken over the log begins anew.
  base::Result<void> Checkpoint();

 private:
  struct WatchedLog;
  static base::Result<Database> OpenWith(const std::string& path, std::string_view first_settings);
  explicit Database(sqlite3* handle);
  void Close();
  sqlite3* handle_ = nullptr;
  std::shared_ptr<StatementCache> statements_;
  std::unique_ptr<WatchedLog> log_watch_;  // its address stays when the database is moved
};

}  // namespace vigie::sqlite
