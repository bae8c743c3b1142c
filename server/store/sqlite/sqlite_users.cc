#include "server/store/sqlite/sqlite_users.h"

#include <utility>

#include "server/store/sqlite/sqlite_queries.h"

namespace vigie::server {

using base::Error;
using base::ErrorCode;
using base::Result;
using sqlite::Database;
using sqlite::Statement;

namespace {

constexpr std::string_view kAll =
    "SELECT name, role, password_hash, stamp, one_time_password, disabled, created_at, password_set_at FROM users ";

base::SystemTime TimeIn(const Statement::Row& row, int column) {
  return base::SystemTime(std::chrono::nanoseconds(row.Integer(column)));
}

std::int64_t Nanoseconds(base::SystemTime time) {
  return time.time_since_epoch().count();
}

// `rest` follows the table's name; `parameter`, if it asks for one.
Result<std::vector<User>> Select(Database& database, std::string_view rest, const std::string* parameter = nullptr) {
  auto statement = database.Prepare(std::string(kAll) + std::string(rest));
  if (!statement) return statement.error();
  if (parameter != nullptr) statement->BindText(1, *parameter);
  std::vector<User> users;
  auto read = statement->ForEach([&](const Statement::Row& row) {
    users.push_back({.name = row.Text(0),
                     .role = row.Text(1),
                     .password_hash = row.Text(2),
                     .stamp = row.Text(3),
                     .one_time_password = row.Integer(4) != 0,
                     .disabled = row.Integer(5) != 0,
                     .created_at = TimeIn(row, 6),
                     .password_set_at = TimeIn(row, 7)});
    return true;
  });
  if (!read) return read.error();
  return users;
}

Result<std::optional<User>> SelectOne(Database& database, std::string_view rest, const std::string& parameter) {
  auto found = Select(database, rest, &parameter);
  if (!found) return found.error();
  return found->empty() ? std::nullopt : std::optional(std::move(found->front()));
}

Error Unknown() {
  return {ErrorCode::kNotFound, "there is no user of this name"};
}

}  // namespace

Result<std::optional<User>> SelectUser(Database& database, const std::string& name) {
  return SelectOne(database, "WHERE name = ?", name);
}

Result<std::optional<User>> SelectUserByStamp(Database& database, const std::string& stamp) {
  return SelectOne(database, "WHERE stamp = ?", stamp);
}

Result<std::vector<User>> SelectUsers(Database& database) {
  return Select(database, "ORDER BY name");
}

Result<void> InsertUser(Database& database, const User& user) {
  const auto kept = SelectInteger(database, "SELECT 1 FROM users WHERE name = ? OR stamp = ?", {user.name, user.stamp});
  if (!kept) return kept.error();
  if (*kept) return Error{ErrorCode::kAlreadyExists, "there is a user of this name"};
  auto insert = database.Prepare(
      "INSERT INTO users (name, role, password_hash, stamp, one_time_password, disabled, created_at, password_set_at)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  if (!insert) return insert.error();
  insert->BindText(1, user.name).BindText(2, user.role).BindText(3, user.password_hash).BindText(4, user.stamp);
  insert->Bind(5, user.one_time_password ? 1 : 0).Bind(6, user.disabled ? 1 : 0);
  return insert->Bind(7, Nanoseconds(user.created_at)).Bind(8, Nanoseconds(user.password_set_at)).Run();
}

Result<void> UpdateUser(Database& database, const User& user) {
  auto update = database.Prepare(
      "UPDATE users SET role = ?, password_hash = ?, stamp = ?, one_time_password = ?, disabled = ?,"
      " password_set_at = ? WHERE name = ?");
  if (!update) return update.error();
  update->BindText(1, user.role).BindText(2, user.password_hash).BindText(3, user.stamp);
  update->Bind(4, user.one_time_password ? 1 : 0).Bind(5, user.disabled ? 1 : 0);
  if (auto changed = update->Bind(6, Nanoseconds(user.password_set_at)).BindText(7, user.name).Run(); !changed)
    return changed;
  return database.changes() > 0 ? Result<void>() : Unknown();
}

Result<void> DeleteUser(Database& database, const std::string& name) {
  auto statement = database.Prepare("DELETE FROM users WHERE name = ?");
  if (!statement) return statement.error();
  if (auto removed = statement->BindText(1, name).Run(); !removed) return removed;
  return database.changes() > 0 ? Result<void>() : Unknown();
}

}  // namespace vigie::server
