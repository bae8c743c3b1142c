#include "server/store/sqlite/sqlite_rollups.h"

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

Statement& BindCell(Statement& statement, const RollupCell& cell) {
  return statement.Bind(1, cell.length.count()).Bind(2, Nanoseconds(cell.from));
}

Result<void> ReadRow(const Statement::Row& row, ChannelFigures& figures) {
  FigureCount& figure = figures[static_cast<v1::Channel>(row.Integer(0))];
  if (row.IsNull(1)) {
    figure.Add(FigureCount(static_cast<std::uint64_t>(row.Integer(2)), static_cast<std::uint64_t>(row.Integer(3))));
    return {};
  }
  const auto records = customers::RecordSet::Parse(row.Blob(4));
  if (!records) return Unreadable("roll-up");
  figure.AddCustomers(row.Text(1), *records);
  return {};
}

struct RollupRow {
  std::optional<v1::Channel> channel;
  std::optional<std::string> ledger;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::string records;
};

Result<void> InsertRow(Statement& insert, const RollupRow& row) {
  row.channel ? insert.Bind(3, *row.channel) : insert.BindNull(3);
  row.ledger ? insert.BindText(4, *row.ledger) : insert.BindNull(4);
  insert.Bind(5, static_cast<std::int64_t>(row.events)).Bind(6, static_cast<std::int64_t>(row.bytes));
  return insert.BindBlob(7, row.records).Run();
}

Result<void> InsertChannel(Statement& insert, v1::Channel channel, const FigureCount& figure) {
  if (auto kept = InsertRow(insert, {channel, {}, figure.events(), figure.bytes(), {}}); !kept) return kept;
  for (const auto& [ledger, records] : figure.customers()) {
    if (auto kept = InsertRow(insert, {channel, ledger, 0, 0, records.Serialize()}); !kept) return kept;
  }
  return {};
}

Result<void> DeleteRollup(Database& database, const RollupCell& cell) {
  auto statement = database.Prepare("DELETE FROM rollups WHERE length = ? AND start = ?");
  if (!statement) return statement.error();
  return BindCell(*statement, cell).Run();
}

}  // namespace

Result<std::optional<ChannelFigures>> SelectRollup(Database& database, const RollupCell& cell) {
  auto statement =
      database.Prepare("SELECT channel, ledger, events, bytes, records FROM rollups WHERE length = ? AND start = ?");
  if (!statement) return statement.error();
  bool is_whole = false;
  ChannelFigures figures;
  auto read = Each(BindCell(*statement, cell), [&](const Statement::Row& row) -> Result<void> {
    if (!row.IsNull(0)) return ReadRow(row, figures);
    is_whole = true;
    return {};
  });
  if (!read) return read.error();
  return is_whole ? std::optional(std::move(figures)) : std::nullopt;
}

Result<CellEvents> SelectCellEvents(Database& database, const RollupCell& cell, std::int64_t last) {
  auto statement = database.Prepare(
      "SELECT count(*), coalesce(max(position), 0) FROM events INDEXED BY events_by_time"
      " WHERE at >= ? AND at < ? AND position <= ?");
  if (!statement) return statement.error();
  statement->Bind(1, Nanoseconds(cell.from)).Bind(2, Nanoseconds(cell.until())).Bind(3, last);
  CellEvents events;
  auto read = statement->ForEach([&](const Statement::Row& row) {
    events = {row.Integer(0), row.Integer(1)};
    return false;
  });
  if (!read) return read.error();
  return events;
}

Result<void> ReplaceRollup(Database& database, const RollupCell& cell, const ChannelFigures& figures) {
  if (auto removed = DeleteRollup(database, cell); !removed) return removed;
  auto insert = database.Prepare(
      "INSERT INTO rollups (length, start, channel, ledger, events, bytes, records) VALUES (?, ?, ?, ?, ?, ?, ?)");
  if (!insert) return insert.error();
  BindCell(*insert, cell);
  for (const auto& [channel, figure] : figures) {
    if (auto kept = InsertChannel(*insert, channel, figure); !kept) return kept;
  }
  return InsertRow(*insert, {});
}

void TouchedRollups::Add(std::int64_t at) {
  if (at < 0) return;
  const std::int64_t length = std::chrono::nanoseconds(kCellLengths[0]).count();
  quarters_.insert(at - at % length);
}

Result<void> TouchedRollups::Remove(Database& database) const {
  for (const std::int64_t quarter : quarters_) {
    for (const RollupCell& cell : CellsAt(base::SystemTime(std::chrono::nanoseconds(quarter)))) {
      if (auto removed = DeleteRollup(database, cell); !removed) return removed;
    }
  }
  return {};
}

}  // namespace vigie::server
