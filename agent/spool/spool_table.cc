#include "agent/spool/spool_table.h"

#include <string>
#include <utility>

namespace vigie::agent::spool {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// The first two held events in clear. `gap` is of version 3: emptied, its rows could not be carved out of a damaged
// file.
const std::vector<std::string_view> kMigrations = {
    "", "",
    "CREATE TABLE event(epoch INTEGER NOT NULL, sequence INTEGER NOT NULL, severity INTEGER NOT NULL, at INTEGER NOT "
    "NULL, body BLOB NOT NULL, PRIMARY KEY(epoch, sequence));"
    "CREATE INDEX event_by_severity ON event(severity, epoch, sequence);"
    "CREATE TABLE remembered(epoch INTEGER NOT NULL, sequence INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY(epoch, "
    "sequence));"
    "CREATE TABLE number(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE gap(reason TEXT PRIMARY KEY, body BLOB NOT NULL)",
    "CREATE TABLE acknowledged(epoch INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, seal BLOB NOT "
    "NULL, PRIMARY KEY(epoch, first));"
    "CREATE TABLE untold(slot INTEGER NOT NULL UNIQUE, revision INTEGER NOT NULL, body BLOB NOT NULL)"};
constexpr std::size_t kFirstSealed = 3;

// SQLite's integers are signed; epochs are milliseconds and sequences counts, far below the sign.
std::int64_t Signed(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}
std::uint64_t Unsigned(std::int64_t value) {
  return static_cast<std::uint64_t>(value);
}

// Little-endian, epoch first: what a body is sealed for.
std::string Associated(const EventKey& key) {
  std::string bytes;
  for (const std::uint64_t number : {key.boot_epoch, key.sequence}) {
    for (unsigned shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(number >> shift & 0xffU);
  }
  return bytes;
}

std::int64_t Milliseconds(base::SystemTime at) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

Error Unopenable(const EventKey& key) {
  return {ErrorCode::kDataLoss, "event " + std::to_string(key.boot_epoch) + "/" + std::to_string(key.sequence) +
                                    " of the spool cannot be opened: it is damaged, or the host's key is another one"};
}

// Version and schema, with where each table begins: those of version 3 have pages 2 to 9, later ones any other.
Result<std::string> Describe(sqlite::Database& database) {
  std::string text;
  for (const char* sql :
       {"PRAGMA user_version",
        "SELECT type || '|' || name || '|' || tbl_name || '|' || min(rootpage, 10) || '|' || coalesce(sql, '')"
        " FROM sqlite_schema ORDER BY rowid"}) {
    auto statement = database.Prepare(sql);
    if (!statement) return statement.error();
    const auto read = statement->ForEach([&](const auto& row) {
      text += row.Text(0) + "\n";
      return true;
    });
    if (!read) return read.error();
  }
  return text;
}

Result<sqlite::Statement> PrepareFor(sqlite::Database& database, std::string_view sql, const SequenceSpan& span) {
  auto statement = database.Prepare(sql);
  if (statement) statement->Bind(1, Signed(span.epoch)).Bind(2, Signed(span.first)).Bind(3, Signed(span.last));
  return statement;
}

Result<void> RunFor(sqlite::Database& database, std::string_view sql, const SequenceSpan& span) {
  auto statement = PrepareFor(database, sql, span);
  return statement ? statement->Run() : statement.error();
}

}  // namespace

Result<SpoolTable::Shape> SpoolTable::ShapeOf(const std::string& path) {
  auto database = sqlite::Database::OpenAlone(path);
  if (!database) return database.error();
  auto expected = sqlite::Database::Open(":memory:");
  if (!expected) return expected.error();
  const auto found = Describe(*database);
  if (!found) return found.error();
  for (std::size_t version = kFirstSealed; version <= kMigrations.size(); ++version) {
    const auto until = kMigrations.begin() + static_cast<std::ptrdiff_t>(version);
    if (const auto made = expected->Migrate({kMigrations.begin(), until}); !made) return made.error();
    const auto wanted = Describe(*expected);
    if (!wanted) return wanted.error();
    if (*found == *wanted) return Shape::kSealed;
  }
  if (found->find('|') == std::string::npos) return Shape::kNew;
  return database->Prepare("SELECT epoch, sequence, body FROM event") && !database->Prepare("SELECT at FROM event")
             ? Shape::kClear
             : Shape::kOther;
}

Result<SpoolTable> SpoolTable::Open(const std::string& path, const seal::HostKey& key) {
  auto database = sqlite::Database::OpenAlone(path);
  if (!database) return database.error();
  if (const auto migrated = database->Migrate(kMigrations); !migrated) return migrated.error();
  SpoolTable table(*std::move(database), key);
  if (const auto taken = table.TakeOverGaps(); !taken) return taken.error();
  return table;
}

Result<std::uint64_t> SpoolTable::Count(std::string_view sql) {
  auto statement = database_.Prepare(sql);
  if (!statement) return statement.error();
  std::uint64_t value = 0;
  const auto read = statement->ForEach([&](const auto& row) {
    value = Unsigned(row.Integer(0));
    return false;
  });
  if (!read) return read.error();
  return value;
}

Result<SpoolSize> SpoolTable::Measure() {
  SpoolSize size;
  std::uint64_t ignored = 0;
  const std::pair<std::string_view, std::uint64_t*> questions[] = {
      {"SELECT coalesce(sum(length(body)), 0) FROM event NOT INDEXED", &size.bytes},
      {"SELECT count(*) FROM event NOT INDEXED WHERE at IS NOT NULL", &size.events},
      {"SELECT coalesce(sum(length(body)), 0) FROM remembered NOT INDEXED", &ignored},
      {"SELECT coalesce(max(value), 0) FROM number", &ignored}};
  for (const auto& [sql, into] : questions) {
    const auto counted = Count(sql);
    if (!counted) return counted.error();
    *into = *counted;
  }
  if (const auto spans = Acknowledged(); !spans) return spans.error();
  if (const auto gaps = UntoldRows(); !gaps) return gaps.error();
  // Not only how many: an entry whose key is wrong is never found. By a prime, so that each bit counts, the sign's,
  // too.
  const std::string sum = "SELECT coalesce(sum(epoch % 1000003 * 7 + sequence % 1000003 * 3 + 1), 0) FROM event ";
  const auto rows = Count(sum + "NOT INDEXED");
  if (!rows) return rows.error();
  for (const char* index : {"event_by_severity", "sqlite_autoindex_event_1"}) {
    const auto entries = Count(sum + "INDEXED BY " + index);
    if (!entries) return entries.error();
    if (*entries != *rows) return Error{ErrorCode::kDataLoss, "an index of the spool does not fit its events"};
  }
  return size;
}

SealedRow SpoolTable::Seal(const EventKey& key, const v1::Event& event, base::SystemTime at) const {
  return {key, SeverityOf(event), Milliseconds(at), key_.Seal(event.SerializeAsString(), Associated(key))};
}

std::optional<std::string> SpoolTable::Open(const EventKey& key, std::string_view body) const {
  return key_.Open(body, Associated(key));
}

Result<void> SpoolTable::InsertWith(std::string_view sql, const SealedRow& row) {
  auto statement = database_.Prepare(sql);
  if (!statement) return statement.error();
  statement->Bind(1, Signed(row.key.boot_epoch)).Bind(2, Signed(row.key.sequence));
  return statement->Bind(3, static_cast<int>(row.severity)).Bind(4, row.at_ms).BindBlob(5, row.body).Run();
}

Result<void> SpoolTable::Insert(const SealedRow& row) {
  return InsertWith("INSERT INTO event(epoch, sequence, severity, at, body) VALUES(?1, ?2, ?3, ?4, ?5)", row);
}

Result<void> SpoolTable::InsertIfNew(const SealedRow& row) {
  return InsertWith("INSERT OR IGNORE INTO event(epoch, sequence, severity, at, body) VALUES(?1, ?2, ?3, ?4, ?5)", row);
}

Result<void> SpoolTable::RememberIfNew(const EventKey& key, std::string_view body) {
  auto statement = database_.Prepare("INSERT OR IGNORE INTO remembered(epoch, sequence, body) VALUES(?1, ?2, ?3)");
  if (!statement) return statement.error();
  return statement->Bind(1, Signed(key.boot_epoch)).Bind(2, Signed(key.sequence)).BindBlob(3, body).Run();
}

Result<std::vector<StoredEvent>> SpoolTable::ReadAfter(EventKey after, ReadLimits limits) {
  return Read(
      "SELECT epoch, sequence, body FROM event WHERE (epoch, sequence) > (?1, ?2) ORDER BY epoch, sequence LIMIT ?3",
      after, limits);
}

Result<std::vector<StoredEvent>> SpoolTable::ReadUrgent(EventKey before, ReadLimits limits) {
  static_assert(static_cast<int>(EventSeverity::kHigh) == 2 && static_cast<int>(EventSeverity::kCritical) == 3);
  return Read(
      "SELECT epoch, sequence, body FROM event WHERE severity IN (2, 3) AND (epoch, sequence) < (?1, ?2)"
      " ORDER BY epoch DESC, sequence DESC LIMIT ?3",
      before, limits);
}

Result<std::vector<StoredEvent>> SpoolTable::Read(std::string_view sql, EventKey from, ReadLimits limits) {
  std::vector<StoredEvent> events;
  std::size_t bytes = 0;
  std::optional<Error> unopenable;
  auto statement = database_.Prepare(sql);
  if (!statement) return statement.error();
  statement->Bind(1, Signed(from.boot_epoch)).Bind(2, Signed(from.sequence)).Bind(3, Signed(limits.events));
  const auto read = statement->ForEach([&](const auto& row) {
    const EventKey key{Unsigned(row.Integer(0)), Unsigned(row.Integer(1))};
    if (!events.empty() && key.boot_epoch != events.front().key.boot_epoch) return false;
    auto text = Open(key, row.Blob(2));
    if (!text) unopenable = Unopenable(key);
    if (!text) return false;
    bytes += text->size();
    const bool fits = events.empty() || bytes <= limits.bytes;
    if (fits) events.push_back({key, *std::move(text)});
    return fits;
  });
  if (!read) return read.error().Wrap("read spool");
  if (unopenable) return *unopenable;
  return events;
}

Result<Recollection> SpoolTable::Remembered() {
  Recollection all;
  const std::pair<std::string_view, std::vector<v1::Event>*> parts[] = {
      {"SELECT epoch, sequence, body FROM remembered ORDER BY epoch, sequence", &all.acknowledged},
      {"SELECT epoch, sequence, body FROM (SELECT epoch, sequence, body FROM event ORDER BY epoch DESC, sequence DESC"
       " LIMIT 4096) ORDER BY epoch, sequence",
       &all.waiting}};
  for (const auto& [sql, into] : parts) {
    auto statement = database_.Prepare(sql);
    if (!statement) return statement.error();
    const auto read = statement->ForEach([&, events = into](const auto& row) {
      v1::Event event;
      const auto text = Open({Unsigned(row.Integer(0)), Unsigned(row.Integer(1))}, row.Blob(2));
      if (text && event.ParseFromString(*text)) events->push_back(std::move(event));
      return true;
    });
    if (!read) return read.error();
  }
  return all;
}

Result<void> SpoolTable::Acknowledge(const SequenceSpan& span, SpoolSize& gone) {
  auto size = PrepareFor(database_,
                         "SELECT count(*), coalesce(sum(length(body)), 0) FROM event"
                         " WHERE epoch = ?1 AND sequence BETWEEN ?2 AND ?3",
                         span);
  if (!size) return size.error();
  const auto counted = size->ForEach([&](const auto& row) {
    gone.events += Unsigned(row.Integer(0));
    gone.bytes += Unsigned(row.Integer(1));
    return true;
  });
  if (!counted) return counted;
  auto moved = RunFor(database_,
                      "INSERT OR IGNORE INTO remembered(epoch, sequence, body) SELECT epoch, sequence, body FROM event"
                      " WHERE epoch = ?1 AND sequence BETWEEN ?2 AND ?3 AND length(body) <= 65536",
                      span);
  if (!moved) return moved;
  return RunFor(database_, "DELETE FROM event WHERE epoch = ?1 AND sequence BETWEEN ?2 AND ?3", span);
}

Result<void> SpoolTable::TrimRemembered(std::size_t count) {
  auto trim = database_.Prepare(
      "DELETE FROM remembered WHERE (epoch, sequence) <= (SELECT epoch, sequence FROM remembered"
      " ORDER BY epoch DESC, sequence DESC LIMIT 1 OFFSET ?1)");
  if (!trim) return trim.error();
  return trim->Bind(1, Signed(count)).Run();
}

Result<void> SpoolTable::EachHead(std::string_view sql, std::int64_t bound,
                                  const std::function<bool(const RowHead&)>& row) {
  auto statement = database_.Prepare(sql);
  if (!statement) return statement.error();
  return statement->Bind(1, bound).ForEach([&](const auto& found) {
    return row({.key = {Unsigned(found.Integer(0)), Unsigned(found.Integer(1))},
                .severity = static_cast<EventSeverity>(found.Integer(2)),
                .at_ms = found.Integer(3),
                .bytes = Unsigned(found.Integer(4))});
  });
}

Result<void> SpoolTable::EachBySeverity(EventSeverity from, const std::function<bool(const RowHead&)>& row) {
  return EachHead(
      "SELECT epoch, sequence, severity, at, length(body) FROM event WHERE severity >= ?1"
      " ORDER BY severity, epoch, sequence",
      static_cast<int>(from), row);
}

Result<void> SpoolTable::EachOlderThan(std::int64_t at_ms, const std::function<bool(const RowHead&)>& row) {
  // Not by `at`: it has no index, and is as old as its place says, but for jumps of the clock.
  return EachHead(
      "SELECT epoch, sequence, severity, at, length(body) FROM event WHERE epoch >= ?1 ORDER BY epoch, sequence", 0,
      [&](const RowHead& head) { return head.at_ms < at_ms && row(head); });
}

Result<void> SpoolTable::EachKey(const std::function<void(EventKey key, std::int64_t at_ms)>& row) {
  return EachHead(
      "SELECT epoch, sequence, 0, at, 0 FROM event WHERE epoch >= ?1 UNION ALL SELECT epoch, sequence, 0, 0, 0 FROM "
      "remembered"
      " ORDER BY 1, 2",
      0, [&](const RowHead& head) {
        row(head.key, head.at_ms);
        return true;
      });
}

Result<v1::Event> SpoolTable::Find(const EventKey& key) {
  return FindWith("SELECT body FROM event WHERE epoch = ?1 AND sequence = ?2", key);
}

Result<v1::Event> SpoolTable::FindAppended(const EventKey& key) {
  return FindWith(
      "SELECT body FROM event WHERE epoch = ?1 AND sequence = ?2"
      " UNION ALL SELECT body FROM remembered WHERE epoch = ?1 AND sequence = ?2",
      key);
}

Result<v1::Event> SpoolTable::FindWith(std::string_view sql, const EventKey& key) {
  v1::Event event;
  auto statement = database_.Prepare(sql);
  if (!statement) return statement.error();
  const auto read =
      statement->Bind(1, Signed(key.boot_epoch)).Bind(2, Signed(key.sequence)).ForEach([&](const auto& row) {
        const auto text = Open(key, row.Blob(0));
        if (!text || !event.ParseFromString(*text)) event.Clear();
        return false;
      });
  if (!read) return read.error();
  return event;
}

Result<void> SpoolTable::Delete(const EventKey& key) {
  auto statement = database_.Prepare("DELETE FROM event WHERE epoch = ?1 AND sequence = ?2");
  if (!statement) return statement.error();
  return statement->Bind(1, Signed(key.boot_epoch)).Bind(2, Signed(key.sequence)).Run();
}

Result<std::uint64_t> SpoolTable::LatestEpoch() {
  return Count(
      "SELECT max(coalesce((SELECT max(epoch) FROM event), 0), coalesce((SELECT max(epoch) FROM remembered), 0),"
      " coalesce((SELECT value FROM number WHERE name = 'epoch'), 0))");
}

Result<std::uint64_t> SpoolTable::LatestSequence(std::uint64_t epoch) {
  auto statement = database_.Prepare(
      "SELECT max(coalesce((SELECT max(sequence) FROM event WHERE epoch = ?1), 0),"
      " coalesce((SELECT max(sequence) FROM remembered WHERE epoch = ?1), 0))");
  if (!statement) return statement.error();
  std::uint64_t latest = 0;
  const auto read = statement->Bind(1, Signed(epoch)).ForEach([&](const auto& row) {
    latest = Unsigned(row.Integer(0));
    return false;
  });
  if (!read) return read.error();
  return latest;
}

Result<std::uint64_t> SpoolTable::ReadNumber(std::string_view name) {
  auto statement = database_.Prepare("SELECT value FROM number WHERE name = ?1");
  if (!statement) return statement.error();
  std::uint64_t value = 0;
  const auto read = statement->BindText(1, name).ForEach([&](const auto& row) {
    value = Unsigned(row.Integer(0));
    return false;
  });
  if (!read) return read.error();
  return value;
}

Result<void> SpoolTable::WriteNumber(std::string_view name, std::uint64_t value) {
  auto statement =
      database_.Prepare("INSERT INTO number(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value = ?2");
  if (!statement) return statement.error();
  return statement->BindText(1, name).Bind(2, Signed(value)).Run();
}

}  // namespace vigie::agent::spool
