#include "server/store/sqlite/sqlite_sightings.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "platform/base/logging.h"
#include "server/store/sqlite/sqlite_queries.h"

namespace vigie::server {

using base::Error;
using base::ErrorCode;
using base::Result;
using sqlite::Database;
using sqlite::Statement;

namespace {

constexpr std::int64_t kEventsAtATime = 5000;

// Of the only row; runs the statement to its end.
Result<std::optional<std::int64_t>> FirstColumn(Statement& statement) {
  std::optional<std::int64_t> value;
  auto read = statement.ForEach([&](const Statement::Row& row) {
    value = row.Integer(0);
    return true;
  });
  if (!read) return read.error();
  return value;
}

struct Backlog {
  std::int64_t next = 0;
  std::int64_t last = 0;
};

Result<std::optional<Backlog>> ReadBacklog(Database& database) {
  auto statement = database.Prepare("SELECT next, last FROM sightings_backlog");
  if (!statement) return statement.error();
  std::optional<Backlog> backlog;
  auto read = statement->ForEach([&](const Statement::Row& row) {
    backlog = Backlog{row.Integer(0), row.Integer(1)};
    return true;
  });
  if (!read) return read.error();
  return backlog;
}

Result<void> SaveBacklog(Database& database, const Backlog& backlog) {
  if (backlog.next > backlog.last) return database.Execute("DELETE FROM sightings_backlog");
  auto statement = database.Prepare("UPDATE sightings_backlog SET next = ?");
  if (!statement) return statement.error();
  return statement->Bind(1, backlog.next).Run();
}

// Adds to `unreadable` the events that say nothing any more. One bad old row is no reason not to start: without its
// sightings attribution knows a little less, without the collector nobody is watched.
Result<void> FillSome(Database& database, Backlog& backlog, std::uint64_t& unreadable) {
  const std::int64_t end = std::min(backlog.last + 1, backlog.next + kEventsAtATime);
  auto statement = database.Prepare(
      "SELECT position, host, event FROM events WHERE position >= ? AND position < ? ORDER BY position");
  if (!statement) return statement.error();
  statement->Bind(1, backlog.next).Bind(2, end);
  SightingWriter writer(database);
  v1::Event event;
  Result<void> added;
  auto read = statement->ForEach([&](const Statement::Row& row) {
    if (!event.ParseFromString(row.Blob(2))) {
      base::LogWarning("store: the event at {} cannot be read: attribution goes without it", row.Integer(0));
      ++unreadable;
      return true;
    }
    const EventColumns columns = ColumnsOf(event);
    added = writer.Add(event, {row.Integer(0), row.Text(1), columns});
    return static_cast<bool>(added);
  });
  if (!read) return read;
  if (!added) return added;
  if (auto flushed = writer.Flush(); !flushed) return flushed;
  backlog.next = end;
  return SaveBacklog(database, backlog);
}

}  // namespace

Result<Statement*> SightingWriter::Prepared(std::string_view sql) {
  if (const auto found = statements_.find(sql); found != statements_.end()) return &found->second;
  auto statement = database_.Prepare(sql);
  if (!statement) return statement.error();
  return &statements_.emplace(sql, std::move(*statement)).first->second;
}

Result<std::int64_t> SightingWriter::HolderNumber(const HolderKey& key) {
  if (const auto known = holders_.find(key); known != holders_.end()) return known->second;
  const auto& [ledger, user, host] = key;
  std::optional<std::int64_t> number;
  for (const char* sql : {"SELECT number FROM holders WHERE ledger = ? AND user = ? AND host = ?",
                          "INSERT INTO holders (ledger, user, host) VALUES (?, ?, ?) RETURNING number"}) {
    auto statement = Prepared(sql);
    if (!statement) return statement.error();
    auto read = FirstColumn((*statement)->BindText(1, ledger).BindText(2, user).BindText(3, host));
    if (!read) return read.error();
    number = *read;
    if (number) break;
  }
  return holders_.emplace(key, number.value_or(0)).first->second;
}

Result<std::optional<SightingWriter::Day>> SightingWriter::KeptDay(std::int64_t holder, std::int64_t day) {
  auto statement = Prepared("SELECT number, records FROM holder_days WHERE holder = ? AND day = ?");
  if (!statement) return statement.error();
  std::optional<Day> kept;
  bool readable = true;
  auto read = (*statement)->Bind(1, holder).Bind(2, day).ForEach([&](const Statement::Row& row) {
    auto records = customers::RecordSet::Parse(row.Blob(1));
    readable = static_cast<bool>(records);
    if (readable) kept = Day{row.Integer(0), *std::move(records), false};
    return readable;
  });
  if (!read) return read.error();
  if (!readable) return Error{ErrorCode::kDataLoss, "store: a day's record set cannot be read"};
  return kept;
}

Result<SightingWriter::Day*> SightingWriter::DayAt(std::int64_t holder, std::int64_t day) {
  const std::pair key(holder, day);
  if (const auto known = days_.find(key); known != days_.end()) return &known->second;
  auto kept = KeptDay(holder, day);
  if (!kept) return kept.error();
  if (!*kept) {
    auto statement = Prepared("INSERT INTO holder_days (holder, day, records) VALUES (?, ?, x'') RETURNING number");
    if (!statement) return statement.error();
    auto number = FirstColumn((*statement)->Bind(1, holder).Bind(2, day));
    if (!number) return number.error();
    *kept = Day{number->value_or(0), {}, false};
  }
  return &days_.emplace(key, **std::move(kept)).first->second;
}

Result<void> SightingWriter::AddSighting(const EventSighting& sighting, const Place& place) {
  const auto holder = HolderNumber({sighting.ledger, place.columns.user.value_or(""), place.host});
  if (!holder) return holder.error();
  const auto day = DayAt(*holder, DayOf(place.columns.at));
  if (!day) return day.error();
  if ((*day)->records.CommonWith(sighting.records) < sighting.records.size()) {
    (*day)->records.Unite(sighting.records);
    (*day)->grown = true;
  }
  auto statement = Prepared("INSERT INTO sightings (day, position, at, channel, records) VALUES (?, ?, ?, ?, ?)");
  if (!statement) return statement.error();
  (*statement)->Bind(1, (*day)->number).Bind(2, place.position).Bind(3, place.columns.at);
  (*statement)->Bind(4, place.columns.channel.value_or(0)).BindBlob(5, sighting.records.Serialize());
  return (*statement)->Run();
}

Result<void> SightingWriter::Add(const v1::Event& event, const Place& place) {
  for (const EventSighting& sighting : SightingsOf(event)) {
    if (auto added = AddSighting(sighting, place); !added) return added.error().Wrap("sightings");
  }
  return {};
}

Result<void> SightingWriter::Flush() {
  auto statement = Prepared("UPDATE holder_days SET records = ? WHERE number = ?");
  if (!statement) return statement.error();
  for (auto& [key, day] : days_) {
    if (!day.grown) continue;
    if (auto saved = (*statement)->BindBlob(1, day.records.Serialize()).Bind(2, day.number).Run(); !saved) return saved;
    day.grown = false;
  }
  return {};
}

Result<void> FillSightings(Database& database) {
  auto backlog = ReadBacklog(database);
  if (!backlog) return backlog.error();
  if (!*backlog) return {};
  base::LogInfo("store: attribution of {} events is prepared, once", (*backlog)->last - (*backlog)->next + 1);
  std::uint64_t unreadable = 0;
  while ((*backlog)->next <= (*backlog)->last) {
    auto filled = database.Transaction([&] { return FillSome(database, **backlog, unreadable); });
    if (!filled) return filled.error().Wrap("prepare attribution of the events kept so far");
  }
  if (unreadable > 0) {
    base::LogError("store: {} events cannot be read: restore the store from a backup if there is one", unreadable);
  }
  return {};
}

}  // namespace vigie::server
