#include "platform/sqlite/database_image.h"

#include <sqlite3.h>

#include <new>

#include "platform/sqlite/image_file_system.h"
#include "platform/sqlite/sqlite_error.h"

namespace vigie::sqlite {
namespace {

constexpr int kStepsBetweenQuestions = 10'000;

using StatementHandle = std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)>;

base::Error ImageError(sqlite3* handle, std::string_view context) {
  const int code = sqlite3_errcode(handle);
  // A damaged record can ask for more than there is, too.
  if (code == SQLITE_NOMEM) return {base::ErrorCode::kResourceExhausted, std::string(context) + ": no memory for it"};
  if (code == SQLITE_INTERRUPT) return {base::ErrorCode::kCancelled, std::string(context) + ": stopped"};
  if (code == SQLITE_TOOBIG)
    return {base::ErrorCode::kResourceExhausted, std::string(context) + ": a cell is too long"};
  // Of a foreign file the message might quote content.
  return {base::ErrorCode::kDataLoss, std::string(context) + ": " + sqlite3_errstr(code)};
}

ImageCell CellOf(sqlite3_stmt* statement, int column) {
  const int type = sqlite3_column_type(statement, column);
  if (type == SQLITE_NULL) return {};
  const bool blob = type == SQLITE_BLOB;
  const void* const bytes =
      blob ? sqlite3_column_blob(statement, column) : static_cast<const void*>(sqlite3_column_text(statement, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
  const auto kind = blob                  ? ImageCell::Kind::kBlob
                    : type == SQLITE_TEXT ? ImageCell::Kind::kText
                                          : ImageCell::Kind::kNumber;
  return {kind, bytes == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(bytes), size)};
}

std::string Quoted(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

}  // namespace

struct DatabaseImage::Parts {
  Parts(ImageSource& source, std::function<bool()> question) : files(source), may_continue(std::move(question)) {}
  ~Parts() { sqlite3_close_v2(handle); }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  base::Result<StatementHandle> Prepare(const std::string& sql) const {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v2(handle, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
    if (code != SQLITE_OK) return ImageError(handle, "read the database's schema");
    return StatementHandle(statement, sqlite3_finalize);
  }

  static int Ask(void* self) { return static_cast<Parts*>(self)->may_continue() ? 0 : 1; }

  void Defend() {
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    for (const int option : {SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_TRIGGER,
                             SQLITE_DBCONFIG_ENABLE_VIEW, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION}) {
      sqlite3_db_config(handle, option, 0, nullptr);
    }
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, kLongestCell);
    sqlite3_limit(handle, SQLITE_LIMIT_SQL_LENGTH, 1 << 20);
    sqlite3_limit(handle, SQLITE_LIMIT_EXPR_DEPTH, 100);
    sqlite3_limit(handle, SQLITE_LIMIT_VDBE_OP, 250'000);
    sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_progress_handler(handle, kStepsBetweenQuestions, Ask, this);
  }

  ImageFileSystem files;
  std::function<bool()> may_continue;
  sqlite3* handle = nullptr;
};

base::Result<void> DatabaseImage::Prepare() {
  if (sqlite3_initialize() == SQLITE_OK) return {};
  return base::Error{base::ErrorCode::kInternal, "SQLite cannot be initialised"};
}

base::Result<std::unique_ptr<DatabaseImage>> DatabaseImage::Open(ImageSource& source,
                                                                 std::function<bool()> may_continue) {
  auto parts = std::make_unique<Parts>(source, std::move(may_continue));
  const int code =
      sqlite3_open_v2("image", &parts->handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE,
                      parts->files.name().c_str());
  if (parts->handle == nullptr) throw std::bad_alloc();
  if (code != SQLITE_OK) return ImageError(parts->handle, "open a database image");
  parts->Defend();
  return std::unique_ptr<DatabaseImage>(new DatabaseImage(std::move(parts)));
}

DatabaseImage::DatabaseImage(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {
}
DatabaseImage::~DatabaseImage() = default;

base::Result<std::vector<std::string>> DatabaseImage::TableNames() {
  const auto statement = parts_->Prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0");
  if (!statement) return statement.error();
  std::vector<std::string> names = {"sqlite_schema"};
  int code = sqlite3_step(statement->get());
  for (; code == SQLITE_ROW; code = sqlite3_step(statement->get())) {
    names.emplace_back(CellOf(statement->get(), 0).bytes);
  }
  if (code != SQLITE_DONE) return ImageError(parts_->handle, "list the tables");
  return names;
}

// "a","b": what a SELECT shows but for virtual generated columns, of which a few bytes of schema make any size.
base::Result<std::string> DatabaseImage::StoredColumns(std::string_view table) const {
  constexpr int kVirtual = 2;
  const auto statement = parts_->Prepare("PRAGMA table_xinfo(" + Quoted(table) + ")");
  if (!statement) return statement.error();
  constexpr int kNameAt = 1;
  constexpr int kHiddenAt = 6;
  std::string columns;
  int code = sqlite3_step(statement->get());
  for (; code == SQLITE_ROW; code = sqlite3_step(statement->get())) {
    if (sqlite3_column_int(statement->get(), kHiddenAt) == kVirtual) continue;
    columns.append(columns.empty() ? "" : ",").append(Quoted(CellOf(statement->get(), kNameAt).bytes));
  }
  if (code != SQLITE_DONE || columns.empty()) return ImageError(parts_->handle, "list the columns of a table");
  return columns;
}

base::Result<void> DatabaseImage::ForEachRow(std::string_view table,
                                             const std::function<bool(std::span<const ImageCell>)>& row) {
  // NOT INDEXED: a covering index might be damaged, or lie.
  const auto columns = StoredColumns(table);
  if (!columns) return columns.error();
  const auto statement = parts_->Prepare("SELECT " + *columns + " FROM " + Quoted(table) + " NOT INDEXED");
  if (!statement) return statement.error();
  std::vector<ImageCell> cells(static_cast<std::size_t>(sqlite3_column_count(statement->get())));
  int code = sqlite3_step(statement->get());
  for (; code == SQLITE_ROW; code = sqlite3_step(statement->get())) {
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = CellOf(statement->get(), static_cast<int>(i));
    if (!row(cells)) return {};
  }
  if (code != SQLITE_DONE) return ImageError(parts_->handle, "read a table");
  return {};
}

}  // namespace vigie::sqlite
