#include "server/store/sqlite/sqlite_removal.h"

#include <optional>

#include "core/customers/record_set.h"
#include "server/store/sqlite/sqlite_evidence.h"

namespace vigie::server {

using base::Error;
using base::ErrorCode;
using base::Result;
using sqlite::Statement;

Result<Statement*> EventRemoval::Prepared(std::string_view sql) {
  if (const auto found = statements_.find(sql); found != statements_.end()) return &found->second;
  auto statement = database_.Prepare(sql);
  if (!statement) return statement.error();
  return &statements_.emplace(sql, std::move(*statement)).first->second;
}

Result<void> EventRemoval::Run(std::string_view sql, std::int64_t value) {
  auto statement = Prepared(sql);
  if (!statement) return statement.error();
  return (*statement)->Bind(1, value).Run();
}

Result<bool> EventRemoval::IsHeld(std::int64_t position) {
  auto statement = Prepared(
      "SELECT 1 FROM incident_events l JOIN incidents i ON i.id = l.incident_id WHERE l.position = ? AND i.state IN "
      "(1, 3) LIMIT 1");
  if (!statement) return statement.error();
  bool held = false;
  auto read = (*statement)->Bind(1, position).ForEach([&](const Statement::Row&) {
    held = true;
    return false;
  });
  if (!read) return read.error();
  return held;
}

Result<void> EventRemoval::NoteDays(std::int64_t position) {
  auto statement = Prepared("SELECT day FROM sightings WHERE position = ?");
  if (!statement) return statement.error();
  return (*statement)->Bind(1, position).ForEach([&](const Statement::Row& row) {
    days_.insert(row.Integer(0));
    return true;
  });
}

Result<bool> EventRemoval::Remove(std::int64_t position) {
  const auto held = IsHeld(position);
  if (!held) return held.error();
  if (*held) {
    auto noted = Run("INSERT OR IGNORE INTO retention_held SELECT position FROM events WHERE position = ?", position);
    if (!noted) return noted.error();
    return false;
  }
  if (auto noted = NoteDays(position); !noted) return noted.error();
  if (auto released = ReleaseEvidence(database_, position); !released) return released.error();
  for (const std::string_view sql :
       {"DELETE FROM sightings WHERE position = ?", "DELETE FROM incident_events WHERE position = ?",
        "DELETE FROM retention_held WHERE position = ?", "DELETE FROM events WHERE position = ?"}) {
    if (auto removed = Run(sql, position); !removed) return removed.error();
  }
  return true;
}

Result<void> EventRemoval::RepairDay(std::int64_t day) {
  auto read = Prepared("SELECT records FROM sightings WHERE day = ?");
  if (!read) return read.error();
  std::optional<customers::RecordSet> left;
  bool readable = true;
  auto united = (*read)->Bind(1, day).ForEach([&](const Statement::Row& row) {
    const auto records = customers::RecordSet::Parse(row.Blob(0));
    readable = static_cast<bool>(records);
    if (!left) left.emplace();
    if (readable) left->Unite(*records);
    return readable;
  });
  if (!united) return united;
  if (!readable) return Error{ErrorCode::kDataLoss, "store: a sighting's record set cannot be read"};
  if (!left) return Run("DELETE FROM holder_days WHERE number = ?", day);
  auto save = Prepared("UPDATE holder_days SET records = ? WHERE number = ?");
  if (!save) return save.error();
  return (*save)->BindBlob(1, left->Serialize()).Bind(2, day).Run();
}

Result<void> EventRemoval::Finish() {
  std::set<std::int64_t> holders;
  for (const std::int64_t day : days_) {
    auto statement = Prepared("SELECT holder FROM holder_days WHERE number = ?");
    if (!statement) return statement.error();
    auto noted = (*statement)->Bind(1, day).ForEach([&](const Statement::Row& row) {
      holders.insert(row.Integer(0));
      return true;
    });
    if (!noted) return noted;
    if (auto repaired = RepairDay(day); !repaired) return repaired;
  }
  for (const std::int64_t holder : holders) {
    auto removed = Run(
        "DELETE FROM holders WHERE number = ?1 AND NOT EXISTS (SELECT 1 FROM holder_days WHERE holder = ?1)", holder);
    if (!removed) return removed;
  }
  return ShortenChain(database_);
}

}  // namespace vigie::server
