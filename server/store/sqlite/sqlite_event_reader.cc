#include "server/store/sqlite/sqlite_event_reader.h"

#include <algorithm>
#include <limits>

#include "server/store/sqlite/sqlite_queries.h"

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
Result<void> ReadSome(Statement& statement, Stretch& stretch, const EventReader::Each& each) {
  statement.Bind(1, stretch.first).Bind(2, std::min(stretch.last, stretch.first + kEventsAtATime - 1));
  const auto of = static_cast<std::uint64_t>(stretch.last - stretch.begin + 1);
  v1::Event event;
  Result<void> done;
  auto read = statement.ForEach([&](const Statement::Row& row) {
    const auto passed = static_cast<std::uint64_t>(row.Integer(0) - stretch.begin + 1);
    done = event.ParseFromString(row.Blob(1)) ? each(event, {passed, of}) : Result<void>(Unreadable());
    return static_cast<bool>(done);
  });
  stretch.first += kEventsAtATime;
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

Result<void> SqliteEventReader::EachEvent(std::optional<base::SystemTime> since, const Each& each) {
  const std::int64_t from = since ? since->time_since_epoch().count() : std::numeric_limits<std::int64_t>::min();
  const auto first =
      SelectInteger(database_,
                    since ? "SELECT coalesce(min(position), -1) FROM events WHERE at >= CAST(? AS INTEGER)"
                          : "SELECT coalesce(min(position), -1) FROM events",
                    since ? std::vector<std::string>{std::to_string(from)} : std::vector<std::string>());
  if (!first) return first.error();
  auto statement = database_.Prepare(
      "SELECT position, event FROM events WHERE position BETWEEN ? AND ? AND at >= ? ORDER BY position");
  if (!statement) return statement.error();
  statement->Bind(3, from);
  const std::int64_t begin = first->value_or(-1);
  Stretch stretch{begin, begin, last_};
  while (begin >= 0 && stretch.first <= stretch.last) {
    if (auto read = ReadSome(*statement, stretch, each); !read) return read;
  }
  return {};
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
