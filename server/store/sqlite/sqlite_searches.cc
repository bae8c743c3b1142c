#include "server/store/sqlite/sqlite_searches.h"

#include <algorithm>
#include <utility>

#include "server/store/sqlite/sqlite_queries.h"
#include "server/store/sqlite/sqlite_rows.h"

namespace vigie::server {

using base::Error;
using base::ErrorCode;
using base::Result;
using sqlite::Database;
using sqlite::Statement;

namespace {

Result<std::vector<v1::SavedSearch>> Read(Statement& statement) {
  std::vector<v1::SavedSearch> searches;
  auto read = Each(statement, [&](const Statement::Row& row) -> Result<void> {
    return searches.emplace_back().ParseFromString(row.Blob(0)) ? Result<void>() : Unreadable("search");
  });
  if (!read) return read.error();
  return searches;
}

// By itself: an INSERT that becomes an UPDATE takes a number from the sequence, too.
Result<void> Insert(Database& database, const v1::SavedSearch& search) {
  auto save = database.Prepare("INSERT INTO saved_searches (id, owner, name, shared, search) VALUES (?, ?, ?, ?, ?)");
  if (!save) return save.error();
  save->BindText(1, search.id()).BindText(2, search.owner()).BindText(3, search.name());
  return save->Bind(4, search.shared() ? 1 : 0).BindBlob(5, search.SerializeAsString()).Run();
}

}  // namespace

Result<std::string> NextSearchId(Database& database) {
  const auto last = SelectInteger(database, "SELECT seq FROM sqlite_sequence WHERE name = 'saved_searches'");
  if (!last) return last.error();
  return "sea-" + std::to_string(last->value_or(0) + 1);
}

Result<void> ReplaceSearch(Database& database, const v1::SavedSearch& search) {
  const auto other =
      SelectInteger(database, "SELECT 1 FROM saved_searches WHERE owner = ? COLLATE NOCASE AND name = ? AND id <> ?",
                    {search.owner(), search.name(), search.id()});
  if (!other) return other.error();
  if (*other) return Error{ErrorCode::kAlreadyExists, "there is a search of this name"};
  auto change = database.Prepare("UPDATE saved_searches SET name = ?, shared = ?, search = ? WHERE id = ?");
  if (!change) return change.error();
  change->BindText(1, search.name()).Bind(2, search.shared() ? 1 : 0).BindBlob(3, search.SerializeAsString());
  if (auto changed = change->BindText(4, search.id()).Run(); !changed) return changed;
  return database.changes() > 0 ? Result<void>() : Insert(database, search);
}

Result<void> DeleteSearch(Database& database, const std::string& id) {
  auto statement = database.Prepare("DELETE FROM saved_searches WHERE id = ?");
  if (!statement) return statement.error();
  if (auto removed = statement->BindText(1, id).Run(); !removed) return removed;
  if (database.changes() > 0) return {};
  return Error{ErrorCode::kNotFound, "there is no search of this id"};
}

Result<std::optional<v1::SavedSearch>> SelectSearch(Database& database, const std::string& id) {
  auto statement = database.Prepare("SELECT search FROM saved_searches WHERE id = ?");
  if (!statement) return statement.error();
  auto found = Read(statement->BindText(1, id));
  if (!found) return found.error();
  return found->empty() ? std::nullopt : std::optional(std::move(found->front()));
}

Result<std::vector<v1::SavedSearch>> SelectSearches(Database& database, const std::string& owner) {
  auto statement = database.Prepare("SELECT search FROM saved_searches WHERE shared = 1 OR owner = ? COLLATE NOCASE");
  if (!statement) return statement.error();
  auto searches = Read(statement->BindText(1, owner));
  if (!searches) return searches;
  std::ranges::sort(*searches, {}, [](const auto& search) { return std::pair(search.name(), search.id()); });
  return searches;
}

}  // namespace vigie::server
