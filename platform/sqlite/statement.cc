#include <sqlite3.h>

#include <utility>

#include "platform/sqlite/database.h"
#include "platform/sqlite/sqlite_error.h"
#include "platform/sqlite/statement_cache.h"

namespace vigie::sqlite {
namespace {

// A statement that is not reset keeps its read transaction, and with it the write-ahead log, for ever.
class ResetOnExit {
 public:
  explicit ResetOnExit(sqlite3_stmt* statement) : statement_(statement) {}
  ResetOnExit(const ResetOnExit&) = delete;
  ResetOnExit& operator=(const ResetOnExit&) = delete;
  ~ResetOnExit() { sqlite3_reset(statement_); }

 private:
  sqlite3_stmt* statement_;
};

// SQLite takes a null pointer for NULL, even with length 0.
const char* DataOf(std::string_view value) {
  return value.empty() ? "" : value.data();
}

std::string Copy(const void* data, int size) {
  return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), static_cast<std::size_t>(size));
}

}  // namespace

Statement::Statement(sqlite3* database, sqlite3_stmt* statement, std::string sql, std::weak_ptr<StatementCache> cache)
    : database_(database), statement_(statement), sql_(std::move(sql)), cache_(std::move(cache)) {
}

Statement::Statement(Statement&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)),
      statement_(std::exchange(other.statement_, nullptr)),
      bind_failure_(std::exchange(other.bind_failure_, SQLITE_OK)),
      sql_(std::move(other.sql_)),
      cache_(std::move(other.cache_)) {
}

Statement& Statement::operator=(Statement&& other) noexcept {
  if (this != &other) {
    GiveBack();
    database_ = std::exchange(other.database_, nullptr);
    statement_ = std::exchange(other.statement_, nullptr);
    bind_failure_ = std::exchange(other.bind_failure_, SQLITE_OK);
    sql_ = std::move(other.sql_);
    cache_ = std::move(other.cache_);
  }
  return *this;
}

Statement::~Statement() {
  GiveBack();
}

void Statement::GiveBack() {
  if (statement_ == nullptr) return;
  if (const auto cache = cache_.lock()) {
    cache->GiveBack({std::move(sql_), statement_});
  } else {
    sqlite3_finalize(statement_);
  }
}

Statement& Statement::Note(int bind_result) {
  if (bind_failure_ == SQLITE_OK) bind_failure_ = bind_result;
  return *this;
}

Statement& Statement::Bind(int index, std::int64_t value) {
  return Note(sqlite3_bind_int64(statement_, index, value));
}

Statement& Statement::BindText(int index, std::string_view value) {
  return Note(sqlite3_bind_text64(statement_, index, DataOf(value), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

Statement& Statement::BindBlob(int index, std::string_view value) {
  return Note(sqlite3_bind_blob64(statement_, index, DataOf(value), value.size(), SQLITE_TRANSIENT));
}

Statement& Statement::BindNull(int index) {
  return Note(sqlite3_bind_null(statement_, index));
}

base::Result<void> Statement::BindFailure() {
  const int failure = std::exchange(bind_failure_, SQLITE_OK);
  if (failure == SQLITE_OK) return {};
  return base::Error{base::ErrorCode::kInvalidArgument,
                     std::string("bind a parameter of a statement: ") + sqlite3_errstr(failure)};
}

base::Result<void> Statement::Run() {
  return ForEach([](const Row&) { return true; });
}

base::Result<void> Statement::ForEach(const std::function<bool(const Row&)>& row) {
  if (auto bound = BindFailure(); !bound) return bound;
  const ResetOnExit reset(statement_);
  const Row current(statement_);
  int result = sqlite3_step(statement_);
  while (result == SQLITE_ROW && row(current)) result = sqlite3_step(statement_);
  if (result == SQLITE_ROW || result == SQLITE_DONE) return {};
  return LastError(database_, "run a statement");
}

std::int64_t Statement::Row::Integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string Statement::Row::Text(int column) const {
  const void* text = sqlite3_column_text(statement_, column);  // before the size, which depends on the conversion
  return Copy(text, sqlite3_column_bytes(statement_, column));
}

std::string Statement::Row::Blob(int column) const {
  const void* blob = sqlite3_column_blob(statement_, column);
  return Copy(blob, sqlite3_column_bytes(statement_, column));
}

std::string_view Statement::Row::BlobView(int column) const {
  const void* blob = sqlite3_column_blob(statement_, column);
  return {static_cast<const char*>(blob), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Statement::Row::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

}  // namespace vigie::sqlite
