#include "server/store/sqlite/sqlite_unmasking.h"

#include <limits>

#include "server/store/sqlite/numbered_rows.h"

namespace vigie::server {

using base::Result;
using sqlite::Database;
using sqlite::Statement;

Result<std::string> NextUnmaskId(Database& database) {
  const auto number = SelectInteger(database, "SELECT coalesce(max(number), 0) + 1 FROM unmask_requests");
  if (!number) return number.error();
  return "unm-" + std::to_string(number->value_or(1));
}

Result<void> ReplaceUnmask(Database& database, const v1::UnmaskRequest& request) {
  auto save = database.Prepare(
      "INSERT INTO unmask_requests (id, asked_by, incident_id, request) VALUES (?, ?, ?, ?)"
      " ON CONFLICT (id) DO UPDATE SET request = excluded.request");
  if (!save) return save.error();
  save->BindText(1, request.id()).BindText(2, request.asked_by()).BindText(3, request.incident_id());
  return save->BindBlob(4, request.SerializeAsString()).Run();
}

Result<std::optional<v1::UnmaskRequest>> SelectUnmask(Database& database, const std::string& id) {
  auto statement = database.Prepare("SELECT request FROM unmask_requests WHERE id = ?");
  if (!statement) return statement.error();
  std::optional<v1::UnmaskRequest> request;
  statement->BindText(1, id);
  auto read = Each(*statement, [&](const Statement::Row& row) -> Result<void> {
    return request.emplace().ParseFromString(row.Blob(0)) ? Result<void>() : Unreadable("unmask request");
  });
  if (!read) return read.error();
  return request;
}

Result<UnmaskPage> SelectUnmasks(Database& database, const UnmaskQuery& query) {
  const auto before = PositionIn(query.page_token, std::numeric_limits<std::int64_t>::max());
  if (!before) return before.error();
  const std::uint32_t page_size = EffectivePageSize(query.page_size);
  // Each call of an analyst that tells of records asks for his own: by the index.
  const std::string by_asker = query.asked_by.empty() ? "" : " AND asked_by = ?2 COLLATE NOCASE";
  auto statement = database.Prepare("SELECT number, request FROM unmask_requests WHERE number < ?1" + by_asker +
                                    " AND (?3 = '' OR incident_id = ?3) ORDER BY number DESC LIMIT " +
                                    std::to_string(page_size + 1));
  if (!statement) return statement.error();
  statement->Bind(1, *before).BindText(3, query.incident_id);
  if (!query.asked_by.empty()) statement->BindText(2, query.asked_by);
  UnmaskPage page;
  auto next = CollectNumbered(*statement, page_size, page.requests);
  if (!next) return next.error();
  page.next_page_token = *std::move(next);
  return page;
}

}  // namespace vigie::server
