#include "agent/spool/event_spool.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "agent/spool/damaged_file.h"
#include "agent/spool/event_severity.h"
#include "platform/base/logging.h"
#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"

namespace vigie::agent::spool {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

const std::vector<std::string_view> kMigrations = {
    "CREATE TABLE event(epoch INTEGER NOT NULL, sequence INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY(epoch, "
    "sequence));"
    "CREATE TABLE remembered(number INTEGER PRIMARY KEY, body BLOB NOT NULL);"
    "CREATE TABLE number(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    "ALTER TABLE event ADD COLUMN severity INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX event_by_severity ON event(severity, epoch, sequence)"};

// SQLite's integers are signed; epochs are milliseconds and sequences counts, far below the sign.
std::int64_t Signed(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}
std::uint64_t Unsigned(std::int64_t value) {
  return static_cast<std::uint64_t>(value);
}

Result<std::uint64_t> ReadNumber(sqlite::Database& database, std::string_view sql, std::string_view name = {}) {
  auto statement = database.Prepare(sql);
  if (!statement) return statement.error();
  if (!name.empty()) statement->BindText(1, name);
  std::uint64_t value = 0;
  const auto read = statement->ForEach([&](const auto& row) {
    value = Unsigned(row.Integer(0));
    return false;
  });
  if (!read) return read.error();
  return value;
}

Result<std::uint64_t> ReadNamed(sqlite::Database& database, std::string_view name) {
  return ReadNumber(database, "SELECT value FROM number WHERE name = ?1", name);
}

Result<void> WriteNamed(sqlite::Database& database, std::string_view name, std::uint64_t value) {
  auto statement =
      database.Prepare("INSERT INTO number(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value = ?2");
  if (!statement) return statement.error();
  return statement->BindText(1, name).Bind(2, Signed(value)).Run();
}

Result<void> InsertEvent(sqlite::Database& database, const v1::Event& event, const std::string& body) {
  auto statement = database.Prepare("INSERT INTO event(epoch, sequence, severity, body) VALUES(?1, ?2, ?3, ?4)");
  if (!statement) return statement.error();
  statement->Bind(1, Signed(event.boot_epoch())).Bind(2, Signed(event.sequence()));
  return statement->Bind(3, static_cast<int>(SeverityOf(event))).BindBlob(4, body).Run();
}

struct Span {
  std::uint64_t epoch = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

Result<sqlite::Statement> PrepareFor(sqlite::Database& database, std::string_view sql, const Span& span) {
  auto statement = database.Prepare(sql);
  if (statement) statement->Bind(1, Signed(span.epoch)).Bind(2, Signed(span.first)).Bind(3, Signed(span.last));
  return statement;
}

Result<void> RunFor(sqlite::Database& database, std::string_view sql, const Span& span) {
  auto statement = PrepareFor(database, sql, span);
  return statement ? statement->Run() : statement.error();
}

// Adds what is stored of it.
Result<void> CountIn(sqlite::Database& database, const Span& span, SpoolCounts& counts) {
  auto statement = PrepareFor(database,
                              "SELECT count(*), coalesce(sum(length(body)), 0) FROM event"
                              " WHERE epoch = ?1 AND sequence BETWEEN ?2 AND ?3",
                              span);
  if (!statement) return statement.error();
  return statement->ForEach([&](const auto& row) {
    counts.events += Unsigned(row.Integer(0));
    counts.bytes += Unsigned(row.Integer(1));
    return true;
  });
}

// Adds to `counts` what was moved.
Result<void> MoveToRemembered(sqlite::Database& database, const Span& span, SpoolCounts& counts) {
  if (auto counted = CountIn(database, span, counts); !counted) return counted;
  auto moved = RunFor(database,
                      "INSERT INTO remembered(body) SELECT body FROM event WHERE epoch = ?1"
                      " AND sequence BETWEEN ?2 AND ?3 AND length(body) <= 65536 ORDER BY sequence",
                      span);
  if (!moved) return moved;
  return RunFor(database, "DELETE FROM event WHERE epoch = ?1 AND sequence BETWEEN ?2 AND ?3", span);
}

Result<void> TrimRemembered(sqlite::Database& database, std::size_t count) {
  auto trim = database.Prepare("DELETE FROM remembered WHERE number <= (SELECT max(number) FROM remembered) - ?1");
  if (!trim) return trim.error();
  return trim->Bind(1, Signed(count)).Run();
}

Result<void> CountStored(sqlite::Database& database, SpoolCounts& counts) {
  auto statement = database.Prepare("SELECT count(*), coalesce(sum(length(body)), 0) FROM event");
  if (!statement) return statement.error();
  return statement->ForEach([&](const auto& row) {
    counts.events = Unsigned(row.Integer(0));
    counts.bytes = Unsigned(row.Integer(1));
    return true;
  });
}

// Since 1970; at least 1.
std::uint64_t Milliseconds(base::SystemTime at) {
  const auto since_1970 = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch());
  return Unsigned(std::max<std::int64_t>(since_1970.count(), 1));
}

struct Life {
  base::SystemTime last_alive{};
  bool stopped = false;
};

Result<void> WriteLife(sqlite::Database& database, const Life& life) {
  if (auto written = WriteNamed(database, "alive", Milliseconds(life.last_alive)); !written) return written;
  return WriteNamed(database, "stopped", life.stopped ? 1 : 0);
}

// Since the oldest absence that was not told, else since the last sign of life.
Result<std::optional<Absence>> ReadAbsence(sqlite::Database& database) {
  std::array<std::uint64_t, 4> numbers{};
  for (std::size_t i = 0; const char* name : {"absent", "absent_stopped", "alive", "stopped"}) {
    const auto number = ReadNamed(database, name);
    if (!number) return number.error();
    numbers[i++] = *number;
  }
  const auto [absent, absent_stopped, alive, stopped] = numbers;
  const auto since = absent > 0 ? absent : alive;
  if (since == 0) return std::optional<Absence>();
  return std::optional<Absence>({.since = base::SystemTime(std::chrono::milliseconds(since)),
                                 .stopped = (absent > 0 ? absent_stopped : stopped) == 1});
}

Result<void> WriteAbsence(sqlite::Database& database, const Absence& absence) {
  if (auto written = WriteNamed(database, "absent", Milliseconds(absence.since)); !written) return written;
  return WriteNamed(database, "absent_stopped", absence.stopped ? 1 : 0);
}

}  // namespace

EventSpool::EventSpool(State state, Beginning beginning, SpoolOptions options, const base::Clock& clock)
    : boot_epoch_(beginning.boot_epoch),
      absence_(beginning.absence),
      options_(std::move(options)),
      clock_(clock),
      state_(std::move(state)) {
}

Result<std::unique_ptr<EventSpool>> EventSpool::Open(const std::string& path, SpoolOptions options,
                                                     const base::Clock& clock) {
  auto state = OpenState(path);
  std::string damage;
  if (!state && state.error().code == ErrorCode::kDataLoss) {
    const auto set_aside = SetAside(path);
    if (!set_aside) return set_aside.error();
    damage = fmt::format("the spool was damaged and set aside as {}: its events are lost", *set_aside);
    base::LogError("{} ({})", damage, state.error().message);
    state = OpenState(path);
  }
  if (!state) return state.error().Wrap("open spool " + path);
  if (!damage.empty()) {
    state->gap_reason = damage;
    state->gap_since = clock.Now();
  }
  const auto beginning = BeginEpoch(*state, clock.Now());
  if (!beginning) return beginning.error().Wrap("begin an epoch in spool " + path);
  return std::unique_ptr<EventSpool>(new EventSpool(*std::move(state), *beginning, std::move(options), clock));
}

Result<EventSpool::State> EventSpool::OpenState(const std::string& path) {
  auto database = sqlite::Database::Open(path);
  if (!database) return database.error();
  if (const auto migrated = database->Migrate(kMigrations); !migrated) return migrated.error();
  State state{.database = *std::move(database)};
  if (const auto counted = CountStored(state.database, state.counts); !counted) return counted.error();
  const auto position = ReadNamed(state.database, "position");
  if (!position) return position.error();
  const auto lost = ReadNamed(state.database, "lost");
  if (!lost) return lost.error();
  state.last_position = *position;
  state.gap_lost = *lost;
  if (*lost > 0) state.gap_reason = "events were lost before the last stop";
  return state;
}

Result<EventSpool::Beginning> EventSpool::BeginEpoch(State& state, base::SystemTime now) {
  const auto last = ReadNamed(state.database, "epoch");
  if (!last) return last.error();
  const auto absence = ReadAbsence(state.database);
  if (!absence) return absence.error();
  const Beginning beginning{.boot_epoch = std::max(*last + 1, Milliseconds(now)), .absence = *absence};
  if (state.gap_lost > 0 && state.gap_since == base::SystemTime{}) state.gap_since = now;
  const auto written = state.database.Transaction([&]() -> Result<void> {
    if (auto epoch = WriteNamed(state.database, "epoch", beginning.boot_epoch); !epoch) return epoch;
    if (beginning.absence) {
      if (auto kept = WriteAbsence(state.database, *beginning.absence); !kept) return kept;
    }
    return WriteLife(state.database, {.last_alive = now});
  });
  if (!written) return written.error();
  return beginning;
}

Result<void> EventSpool::AbsenceTold() {
  auto state = state_.Lock();
  return state->database.Transaction([&] { return WriteNamed(state->database, "absent", 0); });
}

Result<void> EventSpool::NoteLife(base::SystemTime last_alive, bool stopped) {
  auto state = state_.Lock();
  const Life life{.last_alive = last_alive, .stopped = stopped};
  return state->database.Transaction([&] { return WriteLife(state->database, life); });
}

Result<EventKey> EventSpool::Append(v1::Event event, std::uint64_t position) {
  EventKey key;
  {
    auto state = state_.Lock();
    std::vector<v1::Event> events;
    if (!state->gap_reason.empty()) events.push_back(MakeGap(*state));
    events.push_back(std::move(event));
    if (const auto stored = StoreAll(*state, events, position); !stored) {
      CountLost(*state, stored.error());
      return stored.error();
    }
    key = {boot_epoch_, state->last_sequence};
  }
  if (appended_) appended_();
  return key;
}

Result<void> EventSpool::StoreAll(State& state, std::vector<v1::Event>& events, std::uint64_t position) {
  const SpoolCounts before = state.counts;
  const std::uint64_t sequence = state.last_sequence;
  const bool tells_gap = events.size() > 1;
  const auto done = state.database.Transaction([&]() -> Result<void> {
    for (v1::Event& event : events) {
      if (auto stored = Store(state, event, position); !stored) return stored;
    }
    if (tells_gap) {
      if (auto told = WriteNamed(state.database, "lost", 0); !told) return told;
    }
    return WriteLife(state.database, {.last_alive = clock_.Now()});
  });
  if (!done) {  // nothing was stored: no sequence is used up
    state.counts = before;
    state.last_sequence = sequence;
    return done.error();
  }
  if (tells_gap) state.gap_reason.clear();
  if (tells_gap) state.gap_lost = 0;
  state.last_position = std::max(state.last_position, position);
  state.counts.last_error.clear();
  return {};
}

Result<void> EventSpool::Store(State& state, v1::Event& event, std::uint64_t position) {
  event.set_agent_id(options_.agent_id);
  event.set_boot_epoch(boot_epoch_);
  event.set_sequence(state.last_sequence + 1);
  if (auto room = CheckRoom(state, event); !room) return room;
  const std::string body = event.SerializeAsString();
  if (auto inserted = InsertEvent(state.database, event, body); !inserted) return inserted;
  if (position > state.last_position) {
    if (auto written = WriteNamed(state.database, "position", position); !written) return written;
  }
  ++state.last_sequence;
  ++state.counts.events;
  ++state.counts.appended;
  state.counts.bytes += body.size();
  return {};
}

Result<void> EventSpool::CheckRoom(const State& state, const v1::Event& event) const {
  if (auto valid = contract::ValidateEvent(event); !valid) return valid.error().Wrap("event is not kept");
  const std::size_t bytes = event.ByteSizeLong();
  if (bytes > contract::kMaxEventBytes) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("event is not kept: {} bytes are over the limit of {} for one event", bytes,
                             contract::kMaxEventBytes)};
  }
  if (state.counts.bytes + bytes > options_.byte_cap) {
    return Error{ErrorCode::kResourceExhausted,
                 fmt::format("the spool holds its {} bytes: the collector has not been reached for too long",
                             options_.byte_cap)};
  }
  return {};
}

void EventSpool::CountLost(State& state, const Error& error) {
  if (state.gap_lost == 0) state.gap_since = clock_.Now();
  ++state.gap_lost;
  ++state.counts.lost;
  state.gap_reason = error.message.substr(0, 256);
  state.counts.last_error = error.message;
  const auto kept = state.database.Transaction([&] { return WriteNamed(state.database, "lost", state.gap_lost); });
  if (!kept) base::LogWarning("the count of lost events is in memory only: {}", kept.error().message);
}

v1::Event EventSpool::MakeGap(const State& state) const {
  v1::Event event;
  v1::Gap& gap = *event.mutable_gap();
  gap.set_sensor("spool");
  gap.set_reason(state.gap_reason);
  gap.set_lost(state.gap_lost);
  *gap.mutable_from() = contract::ToProto(state.gap_since);
  *gap.mutable_until() = contract::ToProto(std::max(state.gap_since, clock_.Now()));
  return event;
}

Result<std::vector<StoredEvent>> EventSpool::ReadAfter(EventKey after, ReadLimits limits) {
  return Read(
      "SELECT epoch, sequence, body FROM event WHERE (epoch, sequence) > (?1, ?2) ORDER BY epoch, sequence LIMIT ?3",
      after, limits);
}

Result<std::vector<StoredEvent>> EventSpool::ReadUrgent(ReadLimits limits, EventKey before) {
  static_assert(static_cast<int>(EventSeverity::kHigh) == 2 && static_cast<int>(EventSeverity::kCritical) == 3);
  return Read(
      "SELECT epoch, sequence, body FROM event WHERE severity IN (2, 3) AND (epoch, sequence) < (?1, ?2)"
      " ORDER BY epoch DESC, sequence DESC LIMIT ?3",
      before, limits);
}

Result<std::vector<StoredEvent>> EventSpool::Read(std::string_view sql, EventKey from, ReadLimits limits) {
  std::vector<StoredEvent> events;
  std::size_t bytes = 0;
  auto state = state_.Lock();
  auto statement = state->database.Prepare(sql);
  if (!statement) return statement.error();
  statement->Bind(1, Signed(from.boot_epoch)).Bind(2, Signed(from.sequence)).Bind(3, Signed(limits.events));
  const auto read = statement->ForEach([&](const auto& row) {
    StoredEvent event{{Unsigned(row.Integer(0)), Unsigned(row.Integer(1))}, row.Blob(2)};
    bytes += event.bytes.size();
    const bool fits =
        events.empty() || (bytes <= limits.bytes && event.key.boot_epoch == events.front().key.boot_epoch);
    if (fits) events.push_back(std::move(event));
    return fits;
  });
  if (!read) return read.error().Wrap("read spool");
  return events;
}

Result<void> EventSpool::Forget(EventKey up_to) {
  auto state = state_.Lock();
  SpoolCounts forgotten;
  const auto done = state->database.Transaction([&]() -> Result<void> {
    if (auto gone = MoveToRemembered(state->database, {up_to.boot_epoch, 0, up_to.sequence}, forgotten); !gone)
      return gone;
    return TrimRemembered(state->database, options_.remembered);
  });
  if (!done) return done.error().Wrap("forget acknowledged events");
  state->counts.events -= forgotten.events;
  state->counts.bytes -= forgotten.bytes;
  return {};
}

Result<void> EventSpool::ForgetThese(std::uint64_t epoch, std::span<const std::uint64_t> sequences) {
  auto state = state_.Lock();
  SpoolCounts forgotten;
  const auto done = state->database.Transaction([&]() -> Result<void> {
    for (const std::uint64_t sequence : sequences) {
      if (auto gone = MoveToRemembered(state->database, {epoch, sequence, sequence}, forgotten); !gone) return gone;
    }
    return TrimRemembered(state->database, options_.remembered);
  });
  if (!done) return done.error().Wrap("forget events that were acknowledged out of turn");
  state->counts.events -= forgotten.events;
  state->counts.bytes -= forgotten.bytes;
  return {};
}

Result<std::vector<v1::Event>> EventSpool::Remembered() {
  std::vector<v1::Event> events;
  auto state = state_.Lock();
  for (const char* sql :
       {"SELECT body FROM remembered ORDER BY number",
        "SELECT body FROM (SELECT epoch, sequence, body FROM event ORDER BY epoch DESC, sequence DESC LIMIT 4096)"
        " ORDER BY epoch, sequence"}) {
    auto statement = state->database.Prepare(sql);
    if (!statement) return statement.error();
    const auto read = statement->ForEach([&](const auto& row) {
      v1::Event event;
      if (event.ParseFromString(row.Blob(0))) events.push_back(std::move(event));
      return true;
    });
    if (!read) return read.error();
  }
  return events;
}

std::uint64_t EventSpool::last_position() const {
  return state_.Lock()->last_position;
}

SpoolCounts EventSpool::counts() const {
  return state_.Lock()->counts;
}

}  // namespace vigie::agent::spool
