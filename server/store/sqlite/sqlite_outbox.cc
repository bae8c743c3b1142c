#include "server/store/sqlite/sqlite_outbox.h"

#include "proto/contract/time_conversion.h"
#include "server/store/sqlite/sqlite_queries.h"
#include "server/store/sqlite/sqlite_rows.h"

namespace vigie::server {

using base::Result;
using sqlite::Database;
using sqlite::Statement;

namespace {

std::int64_t Nanoseconds(base::SystemTime time) {
  return time.time_since_epoch().count();
}

std::optional<base::SystemTime> TimeOf(const Statement::Row& row, int column) {
  if (row.IsNull(column)) return std::nullopt;
  return base::SystemTime(std::chrono::nanoseconds(row.Integer(column)));
}

Result<std::int64_t> NextNumber(Database& database, const std::string& destination) {
  auto count = database.Prepare(
      "INSERT INTO outbox_destinations (name, last_number, delivered, dropped) VALUES (?, 1, 0, 0)"
      " ON CONFLICT (name) DO UPDATE SET last_number = last_number + 1");
  if (!count) return count.error();
  if (auto counted = count->BindText(1, destination).Run(); !counted) return counted.error();
  const auto number =
      SelectInteger(database, "SELECT last_number FROM outbox_destinations WHERE name = ?", {destination});
  if (!number) return number.error();
  return number->value_or(1);
}

Result<void> DeleteThrough(Database& database, const std::string& destination, std::int64_t through) {
  auto remove = database.Prepare("DELETE FROM outbox WHERE destination = ? AND number <= ?");
  if (!remove) return remove.error();
  return remove->BindText(1, destination).Bind(2, through).Run();
}

Result<void> MakeRoom(Database& database, const std::string& destination, std::int64_t newest) {
  const std::int64_t through = newest - static_cast<std::int64_t>(kMaxOutboxMessages);
  if (through <= 0) return {};
  if (auto removed = DeleteThrough(database, destination, through); !removed) return removed;
  const std::int64_t dropped = database.changes();
  if (dropped == 0) return {};
  auto count = database.Prepare("UPDATE outbox_destinations SET dropped = dropped + ? WHERE name = ?");
  if (!count) return count.error();
  return count->Bind(1, dropped).BindText(2, destination).Run();
}

}  // namespace

Result<void> InsertMessage(Database& database, const std::string& destination, const v1::OutboxMessage& message) {
  const auto number = NextNumber(database, destination);
  if (!number) return number.error();
  auto insert = database.Prepare("INSERT INTO outbox (destination, number, at, message) VALUES (?, ?, ?, ?)");
  if (!insert) return insert.error();
  insert->BindText(1, destination).Bind(2, *number).Bind(3, Nanoseconds(contract::FromProto(message.at())));
  if (auto inserted = insert->BindBlob(4, message.SerializeAsString()).Run(); !inserted) return inserted;
  return MakeRoom(database, destination, *number);
}

Result<void> DeleteMessages(Database& database, const std::string& destination, const OutboxSettlement& settled) {
  const auto through = static_cast<std::int64_t>(settled.through);
  if (auto removed = DeleteThrough(database, destination, through); !removed) return removed;
  auto count = database.Prepare(
      "UPDATE outbox_destinations SET delivered = delivered + ?1, dropped = dropped + ?2,"
      " last_delivered_at = CASE WHEN ?1 > 0 THEN ?3 ELSE last_delivered_at END WHERE name = ?4");
  if (!count) return count.error();
  count->Bind(1, static_cast<std::int64_t>(settled.delivered)).Bind(2, static_cast<std::int64_t>(settled.dropped));
  return count->Bind(3, Nanoseconds(settled.at)).BindText(4, destination).Run();
}

Result<void> DeleteDestination(Database& database, const std::string& destination) {
  for (const std::string_view sql :
       {"DELETE FROM outbox WHERE destination = ?", "DELETE FROM outbox_destinations WHERE name = ?"}) {
    auto remove = database.Prepare(sql);
    if (!remove) return remove.error();
    if (auto removed = remove->BindText(1, destination).Run(); !removed) return removed;
  }
  return {};
}

Result<std::vector<WaitingMessage>> SelectWaiting(Database& database, const std::string& destination,
                                                  std::uint32_t at_most) {
  auto statement = database.Prepare("SELECT number, message FROM outbox WHERE destination = ? ORDER BY number LIMIT ?");
  if (!statement) return statement.error();
  statement->BindText(1, destination).Bind(2, at_most);
  std::vector<WaitingMessage> waiting;
  auto read = Each(*statement, [&](const Statement::Row& row) -> Result<void> {
    WaitingMessage& next = waiting.emplace_back();
    next.number = static_cast<std::uint64_t>(row.Integer(0));
    return next.message.ParseFromString(row.Blob(1)) ? Result<void>() : Unreadable("message to others");
  });
  if (!read) return read.error();
  return waiting;
}

Result<std::vector<OutboxState>> SelectOutbox(Database& database) {
  auto statement = database.Prepare(
      "SELECT d.name, d.last_number, d.delivered, d.dropped, d.last_delivered_at, o.number, o.at"
      " FROM outbox_destinations d LEFT JOIN outbox o ON o.destination = d.name AND o.number ="
      " (SELECT min(number) FROM outbox WHERE destination = d.name) ORDER BY d.name");
  if (!statement) return statement.error();
  std::vector<OutboxState> states;
  auto read = Each(*statement, [&](const Statement::Row& row) -> Result<void> {
    OutboxState& state = states.emplace_back();
    state.destination = row.Text(0);
    if (!row.IsNull(5)) state.waiting = static_cast<std::uint64_t>(row.Integer(1) - row.Integer(5) + 1);
    state.delivered = static_cast<std::uint64_t>(row.Integer(2));
    state.dropped = static_cast<std::uint64_t>(row.Integer(3));
    state.last_delivered_at = TimeOf(row, 4);
    state.oldest_at = TimeOf(row, 6);
    return {};
  });
  if (!read) return read.error();
  return states;
}

Result<std::optional<std::string>> SelectNote(Database& database, const std::string& key) {
  auto statement = database.Prepare("SELECT note FROM outbox_notes WHERE key = ?");
  if (!statement) return statement.error();
  std::optional<std::string> note;
  auto read = Each(statement->BindText(1, key), [&](const Statement::Row& row) -> Result<void> {
    note = row.Blob(0);
    return {};
  });
  if (!read) return read.error();
  return note;
}

Result<void> ReplaceNote(Database& database, const std::string& key, const std::string& note) {
  auto statement = database.Prepare("INSERT OR REPLACE INTO outbox_notes (key, note) VALUES (?, ?)");
  if (!statement) return statement.error();
  return statement->BindText(1, key).BindBlob(2, note).Run();
}

Result<void> DeleteNote(Database& database, const std::string& key) {
  auto statement = database.Prepare("DELETE FROM outbox_notes WHERE key = ?");
  if (!statement) return statement.error();
  return statement->BindText(1, key).Run();
}

Result<std::vector<std::pair<std::string, std::string>>> SelectNotes(Database& database, const std::string& prefix) {
  auto statement =
      database.Prepare("SELECT key, note FROM outbox_notes WHERE substr(key, 1, length(?1)) = ?1 ORDER BY key");
  if (!statement) return statement.error();
  std::vector<std::pair<std::string, std::string>> notes;
  auto read = Each(statement->BindText(1, prefix), [&](const Statement::Row& row) -> Result<void> {
    notes.emplace_back(row.Text(0), row.Blob(1));
    return {};
  });
  if (!read) return read.error();
  return notes;
}

}  // namespace vigie::server
