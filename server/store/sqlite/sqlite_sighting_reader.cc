#include "server/store/sqlite/sqlite_sighting_reader.h"

#include <algorithm>

#include "server/store/sqlite/sqlite_rows.h"

namespace vigie::server {

using base::Error;
using base::ErrorCode;
using base::Result;
using sqlite::Statement;

namespace {

Result<customers::RecordSet> RecordsIn(const Statement::Row& row, int column) {
  auto records = customers::RecordSet::Parse(row.Blob(column));
  if (!records) return Error{ErrorCode::kDataLoss, "store: a kept record set cannot be read"};
  return records;
}

// number, holder, day, records
Result<void> GiveDay(const Statement::Row& row, const std::function<Result<void>(const HolderDay&)>& each) {
  const auto records = RecordsIn(row, 3);
  if (!records) return records.error();
  return each({row.Integer(0), row.Integer(1), row.Integer(2), *records});
}

}  // namespace

Result<std::unique_ptr<SightingReader>> SqliteSightingReader::Open(const std::string& path) {
  auto database = sqlite::Database::Open(path);
  if (!database) return database.error();
  if (auto begun = database->Execute("BEGIN"); !begun) return begun.error();
  // Only the first read takes the snapshot, not BEGIN.
  if (auto seen = database->Execute("SELECT 1 FROM holders LIMIT 1"); !seen) return seen.error();
  return std::unique_ptr<SightingReader>(new SqliteSightingReader(std::move(*database)));
}

Result<Statement*> SqliteSightingReader::Prepared(std::string_view sql) {
  if (const auto found = statements_.find(sql); found != statements_.end()) return &found->second;
  auto statement = database_.Prepare(sql);
  if (!statement) return statement.error();
  return &statements_.emplace(sql, std::move(*statement)).first->second;
}

Result<std::vector<Holder>> SqliteSightingReader::Holders(const std::string& ledger) {
  auto statement = Prepared("SELECT number, user, host FROM holders WHERE ledger = ?");
  if (!statement) return statement.error();
  std::vector<Holder> holders;
  auto read = (*statement)->BindText(1, ledger).ForEach([&](const Statement::Row& row) {
    holders.push_back({row.Integer(0), row.Text(1), row.Text(2)});
    return true;
  });
  if (!read) return read.error();
  return holders;
}

Result<void> SqliteSightingReader::EachDay(const std::vector<std::int64_t>& wanted,
                                           const std::function<Result<void>(const HolderDay&)>& each) {
  // The whole table in the order in which it lies on the disk.
  auto statement = Prepared("SELECT number, holder, day, records FROM holder_days");
  if (!statement) return statement.error();
  return Each(**statement, [&](const Statement::Row& row) {
    return std::ranges::binary_search(wanted, row.Integer(1)) ? GiveDay(row, each) : Result<void>();
  });
}

Result<void> SqliteSightingReader::EachDayOf(std::int64_t holder,
                                             const std::function<Result<void>(const HolderDay&)>& each) {
  auto statement = Prepared("SELECT number, holder, day, records FROM holder_days WHERE holder = ?");
  if (!statement) return statement.error();
  (*statement)->Bind(1, holder);
  return Each(**statement, [&](const Statement::Row& row) { return GiveDay(row, each); });
}

Result<void> SqliteSightingReader::EachSighting(std::int64_t day_number,
                                                const std::function<Result<void>(const Sighting&)>& each) {
  auto statement = Prepared("SELECT position, at, channel, records FROM sightings WHERE day = ? ORDER BY position");
  if (!statement) return statement.error();
  (*statement)->Bind(1, day_number);
  return Each(**statement, [&](const Statement::Row& row) -> Result<void> {
    const auto records = RecordsIn(row, 3);
    if (!records) return records.error();
    const base::SystemTime at{std::chrono::nanoseconds(row.Integer(1))};
    return each({row.Integer(0), at, static_cast<v1::Channel>(row.Integer(2)), *records});
  });
}

Result<std::vector<std::string>> SqliteSightingReader::EventIds(const std::vector<std::int64_t>& positions) {
  auto statement = Prepared("SELECT id FROM events WHERE position = ?");
  if (!statement) return statement.error();
  std::vector<std::string> ids;
  for (const std::int64_t position : positions) {
    auto read = (*statement)->Bind(1, position).ForEach([&](const Statement::Row& row) {
      ids.push_back(row.Text(0));
      return true;
    });
    if (!read) return read.error();
  }
  return ids;
}

}  // namespace vigie::server
