#include "server/store/sqlite/sqlite_access.h"

namespace vigie::server {

using base::Result;
using sqlite::Database;
using sqlite::Statement;

namespace {

base::SystemTime TimeIn(const Statement::Row& row, int column) {
  return base::SystemTime(std::chrono::nanoseconds(row.Integer(column)));
}

}  // namespace

Result<std::vector<PolicyRecord>> SelectPolicies(Database& database, std::int64_t limit) {
  auto statement =
      database.Prepare("SELECT version, text, in_force_since, pushed_by FROM policies ORDER BY version DESC LIMIT ?");
  if (!statement) return statement.error();
  std::vector<PolicyRecord> policies;
  auto read = statement->Bind(1, limit).ForEach([&](const Statement::Row& row) {
    policies.push_back({static_cast<std::uint32_t>(row.Integer(0)), row.Text(1), TimeIn(row, 2), row.Text(3)});
    return true;
  });
  if (!read) return read.error();
  return policies;
}

Result<std::vector<ApiToken>> SelectApiTokens(Database& database, const std::optional<std::string>& hash) {
  auto statement = database.Prepare(
      "SELECT hash, name, role, created_at FROM api_tokens WHERE ?1 IS NULL OR hash = ?1 ORDER BY name, hash");
  if (!statement) return statement.error();
  hash ? statement->BindText(1, *hash) : statement->BindNull(1);
  std::vector<ApiToken> tokens;
  auto read = statement->ForEach([&](const Statement::Row& row) {
    tokens.push_back({row.Text(0), row.Text(1), row.Text(2), TimeIn(row, 3)});
    return true;
  });
  if (!read) return read.error();
  return tokens;
}

}  // namespace vigie::server
