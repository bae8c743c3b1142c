#include "server/store/sqlite/sqlite_event_reader.h"

#include <algorithm>
#include <limits>

#include "proto/contract/judged_event.h"
#include "server/store/sqlite/event_memory.h"
#include "server/store/sqlite/sqlite_queries.h"
#include "server/store/sqlite/sqlite_rollups.h"

namespace vigie::server {

using base::Error;
using base::ErrorCode;
using base::Result;
using sqlite::Statement;

namespace {

constexpr std::int64_t kEventsAtATime = 4096;

Error Unreadable() {
  return {ErrorCode::kDataLoss, "store: a kept event cannot be read: restore the store from a backup"};
}

struct Stretch {
  std::int64_t begin = 0;
  std::int64_t first = 0;  // not read yet
  std::int64_t last = 0;
};

// Reads the next events; `first` moves behind them.
template <typename Memory>
Result<void> ReadSome(Statement& statement, Memory& memory, Stretch& stretch, const EventReader::Each& each) {
  statement.Bind(1, stretch.first).Bind(2, std::min(stretch.last, stretch.first + kEventsAtATime - 1));
  const auto of = static_cast<std::uint64_t>(stretch.last - stretch.begin + 1);
  Result<void> done;
  auto read = statement.ForEach([&](const Statement::Row& row) {
    const auto passed = static_cast<std::uint64_t>(row.Integer(0) - stretch.begin + 1);
    const v1::Event* event = memory.Read(row.BlobView(1));
    done = event != nullptr ? each(*event, {passed, of}) : Result<void>(Unreadable());
    return static_cast<bool>(done);
  });
  stretch.first += kEventsAtATime;
  return read ? done : read;
}

template <typename Memory>
Result<void> ReadAll(Statement& statement, Stretch stretch, const EventReader::Each& each) {
  Memory memory;
  while (stretch.first <= stretch.last) {
    if (auto read = ReadSome(statement, memory, stretch, each); !read) return read;
  }
  return {};
}

// Where in a range a reader is: behind this time and position.
struct RangePlace {
  std::int64_t at = 0;
  std::int64_t position = 0;
  std::int64_t rows = 0;  // of the last stretch
};

bool AsksChannelAlone(const EventRange& range) {
  return range.channel != v1::CHANNEL_UNSPECIFIED && range.user.empty() && range.host.empty();
}

// Gaps have no user. Channels are asked for only where their index is used: else a rare one would make a single
// statement of all the range, whose snapshot keeps the write-ahead log from beginning anew. The plus keeps the planner
// from the index of users, which knows no order of time over all of them.
std::string RangeQuery(const EventRange& range) {
  std::string where = " WHERE (at, position) > (?1, ?2) AND at < ?3 AND position <= ?4 AND +user IS NOT NULL";
  if (!range.user.empty()) where += " AND user = ?5";
  if (!range.host.empty()) where += " AND host = ?6";
  if (AsksChannelAlone(range)) where += " AND channel = ?7";
  if (range.shadow) where += " AND shadow = 1";
  const std::string index = range.shadow ? " INDEXED BY events_in_shadow" : "";
  return "SELECT at, position, channel, event FROM events" + index + where + " ORDER BY at, position LIMIT " +
         std::to_string(kEventsAtATime);
}

Result<void> ReadRange(Statement& statement, RangePlace& place, v1::Channel channel,
                       const EventReader::EachOfRange& each) {
  statement.Bind(1, place.at).Bind(2, place.position);
  place.rows = 0;
  EventMemory memory;
  Result<void> done;
  auto read = statement.ForEach([&](const Statement::Row& row) {
    place = {row.Integer(0), row.Integer(1), place.rows + 1};
    if (channel != v1::CHANNEL_UNSPECIFIED && row.Integer(2) != channel) return true;
    const base::SystemTime at{std::chrono::nanoseconds(place.at)};
    const v1::Event* event = memory.Read(row.BlobView(3));
    done = event != nullptr ? each(*event, at) : Result<void>(Unreadable());
    return static_cast<bool>(done);
  });
  return read ? done : read;
}

}  // namespace

Result<std::unique_ptr<EventReader>> SqliteEventReader::Open(const std::string& path) {
  auto database = sqlite::Database::Open(path);
  if (!database) return database.error();
  const auto last = SelectInteger(*database, "SELECT coalesce(max(position), 0) FROM events");
  if (!last) return last.error();
  auto by_id = database->Prepare("SELECT event FROM events WHERE id = ?");
  if (!by_id) return by_id.error();
  return std::unique_ptr<EventReader>(
      new SqliteEventReader(std::move(*database), std::move(*by_id), last->value_or(0)));
}

Result<void> SqliteEventReader::EachEvent(std::optional<base::SystemTime> since, EventParts parts, const Each& each) {
  const std::int64_t from = since ? since->time_since_epoch().count() : std::numeric_limits<std::int64_t>::min();
  const auto first =
      SelectInteger(database_,
                    since ? "SELECT coalesce(min(position), -1) FROM events WHERE at >= CAST(? AS INTEGER)"
                          : "SELECT coalesce(min(position), -1) FROM events",
                    since ? std::vector<std::string>{std::to_string(from)} : std::vector<std::string>());
  if (!first) return first.error();
  auto statement = database_.Prepare(
      since ? "SELECT position, event FROM events WHERE position BETWEEN ? AND ? AND at >= ? ORDER BY position"
            : "SELECT position, event FROM events WHERE position BETWEEN ? AND ? ORDER BY position");
  if (!statement) return statement.error();
  if (since) statement->Bind(3, from);
  const std::int64_t begin = first->value_or(-1);
  if (begin < 0) return {};
  const Stretch stretch{begin, begin, last_};
  return parts == EventParts::kAll ? ReadAll<EventMemory>(*statement, stretch, each)
                                   : ReadAll<contract::JudgedEvent>(*statement, stretch, each);
}

Result<void> SqliteEventReader::EachInRange(const EventRange& range, const EachOfRange& each) {
  auto statement = database_.Prepare(RangeQuery(range));
  if (!statement) return statement.error();
  statement->Bind(3, range.until.time_since_epoch().count()).Bind(4, last_);
  if (!range.user.empty()) statement->BindText(5, range.user);
  if (!range.host.empty()) statement->BindText(6, range.host);
  if (AsksChannelAlone(range)) statement->Bind(7, range.channel);
  // Positions begin at 1: nothing of the first moment is passed by.
  RangePlace place{range.from.time_since_epoch().count(), 0, kEventsAtATime};
  while (place.rows == kEventsAtATime) {
    if (auto read = ReadRange(*statement, place, range.channel, each); !read) return read;
  }
  return {};
}

Result<std::optional<ChannelFigures>> SqliteEventReader::FindRollup(const RollupCell& cell) {
  return SelectRollup(database_, cell);
}

Result<CellEvents> SqliteEventReader::EventsIn(const RollupCell& cell) {
  return SelectCellEvents(database_, cell, last_);
}

Result<std::vector<v1::Event>> SqliteEventReader::EventsById(const std::vector<std::string>& ids) {
  std::vector<v1::Event> events;
  bool readable = true;
  for (const std::string& id : ids) {
    auto read = by_id_.BindText(1, id).ForEach([&](const Statement::Row& row) {
      readable = events.emplace_back().ParseFromString(row.Blob(0));
      return readable;
    });
    if (!read) return read.error();
    if (!readable) return Unreadable();
  }
  return events;
}

}  // namespace vigie::server
