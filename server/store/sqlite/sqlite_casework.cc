#include "server/store/sqlite/sqlite_casework.h"

#include <limits>

#include "server/store/sqlite/numbered_rows.h"

namespace vigie::server {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using sqlite::Database;
using sqlite::Statement;

Result<void> CheckRoomForComment(Database& database, const std::string& incident_id) {
  auto statement = database.Prepare("SELECT count(*) FROM incident_entries WHERE incident_id = ? AND kind = ?");
  if (!statement) return statement.error();
  std::int64_t comments = 0;
  statement->BindText(1, incident_id).Bind(2, v1::INCIDENT_ENTRY_KIND_COMMENT);
  auto read = statement->ForEach([&](const Statement::Row& row) {
    comments = row.Integer(0);
    return false;
  });
  if (!read) return read;
  if (comments < kMaxIncidentComments) return {};
  return Error{ErrorCode::kResourceExhausted, "the incident has as many comments as one may have"};
}

Result<void> ReplaceDossierIncidents(Database& database, const v1::Dossier& dossier) {
  auto clear = database.Prepare("DELETE FROM dossier_incidents WHERE dossier_id = ?");
  if (!clear) return clear.error();
  if (auto cleared = clear->BindText(1, dossier.id()).Run(); !cleared) return cleared;
  auto insert = database.Prepare("INSERT INTO dossier_incidents (incident_id, dossier_id) VALUES (?, ?)");
  if (!insert) return insert.error();
  for (const std::string& incident : IncidentsOf(dossier)) {
    if (auto done = insert->BindText(1, incident).BindText(2, dossier.id()).Run(); !done) return done;
  }
  return {};
}

// Not an upsert: one that updates uses up a number, and the register would seem to lack dossiers.
Result<void> SaveRow(Database& database, const v1::Dossier& dossier) {
  const std::string kept = WithoutSubmittedContent(dossier).SerializeAsString();
  for (const std::string_view sql : {"UPDATE dossiers SET state = ?2, dossier = ?3 WHERE id = ?1",
                                     "INSERT INTO dossiers (id, state, dossier) VALUES (?1, ?2, ?3)"}) {
    auto save = database.Prepare(sql);
    if (!save) return save.error();
    save->BindText(1, dossier.id()).Bind(2, dossier.state()).BindBlob(3, kept);
    if (auto saved = save->Run(); !saved) return saved;
    if (database.changes() > 0) break;
  }
  return {};
}

Result<void> InsertNewSubmissions(Database& database, const v1::Dossier& dossier) {
  auto insert = database.Prepare(
      "INSERT INTO dossier_submissions (dossier_id, number, submission) VALUES (?, ?, ?)"
      " ON CONFLICT (dossier_id, number) DO NOTHING");
  if (!insert) return insert.error();
  for (const v1::DossierSubmission& submission : dossier.submissions()) {
    insert->BindText(1, dossier.id()).Bind(2, submission.number()).BindBlob(3, submission.SerializeAsString());
    if (auto done = insert->Run(); !done) return done;
  }
  return {};
}

Result<void> ReadSubmissions(Database& database, v1::Dossier& dossier) {
  auto statement = database.Prepare("SELECT submission FROM dossier_submissions WHERE dossier_id = ? ORDER BY number");
  if (!statement) return statement.error();
  dossier.clear_submissions();
  statement->BindText(1, dossier.id());
  return Each(*statement, [&](const Statement::Row& row) -> Result<void> {
    return dossier.add_submissions()->ParseFromString(row.Blob(0)) ? Result<void>() : Unreadable("submission");
  });
}

}  // namespace

Result<std::uint32_t> InsertIncidentEntry(Database& database, const v1::IncidentEntry& entry) {
  if (entry.kind() == v1::INCIDENT_ENTRY_KIND_COMMENT) {
    if (auto room = CheckRoomForComment(database, entry.incident_id()); !room) return room.error();
  }
  const auto number =
      SelectInteger(database, "SELECT coalesce(max(number), 0) + 1 FROM incident_entries WHERE incident_id = ?",
                    {entry.incident_id()});
  if (!number) return number.error();
  v1::IncidentEntry kept = entry;
  kept.set_number(static_cast<std::uint32_t>(number->value_or(1)));
  auto insert = database.Prepare("INSERT INTO incident_entries (incident_id, number, kind, entry) VALUES (?, ?, ?, ?)");
  if (!insert) return insert.error();
  insert->BindText(1, kept.incident_id()).Bind(2, kept.number()).Bind(3, kept.kind());
  if (auto done = insert->BindBlob(4, kept.SerializeAsString()).Run(); !done) return done.error();
  return kept.number();
}

Result<HistoryPage> SelectHistory(Database& database, const HistoryQuery& query) {
  const auto after = PositionIn(query.page_token, 0);
  if (!after) return after.error();
  const std::uint32_t page_size = EffectivePageSize(query.page_size);
  auto statement = database.Prepare(
      "SELECT number, entry FROM incident_entries WHERE incident_id = ? AND number > ? ORDER BY number LIMIT " +
      std::to_string(page_size + 1));
  if (!statement) return statement.error();
  statement->BindText(1, query.incident_id).Bind(2, *after);
  HistoryPage page;
  auto next = CollectNumbered(*statement, page_size, page.entries);
  if (!next) return next.error();
  page.next_page_token = *std::move(next);
  return page;
}

Result<void> ReplaceDossier(Database& database, const v1::Dossier& dossier) {
  if (auto saved = SaveRow(database, dossier); !saved) return saved;
  if (auto linked = ReplaceDossierIncidents(database, dossier); !linked) return linked;
  return InsertNewSubmissions(database, dossier);
}

Result<std::optional<v1::Dossier>> SelectDossier(Database& database, const std::string& id) {
  auto statement = database.Prepare("SELECT dossier FROM dossiers WHERE id = ?");
  if (!statement) return statement.error();
  std::optional<v1::Dossier> dossier;
  statement->BindText(1, id);
  auto read = Each(*statement, [&](const Statement::Row& row) -> Result<void> {
    return dossier.emplace().ParseFromString(row.Blob(0)) ? Result<void>() : Unreadable("dossier");
  });
  if (!read) return read.error();
  if (!dossier) return dossier;
  if (auto whole = ReadSubmissions(database, *dossier); !whole) return whole.error();
  return dossier;
}

Result<DossierPage> SelectDossiers(Database& database, const DossierQuery& query) {
  const auto before = PositionIn(query.page_token, std::numeric_limits<std::int64_t>::max());
  if (!before) return before.error();
  const std::uint32_t page_size = EffectivePageSize(query.page_size);
  auto statement = database.Prepare(
      "SELECT number, dossier FROM dossiers WHERE number < ?1 AND (?2 = 0 OR state = ?2) AND (?3 = '' OR id IN"
      " (SELECT dossier_id FROM dossier_incidents WHERE incident_id = ?3)) ORDER BY number DESC LIMIT " +
      std::to_string(page_size + 1));
  if (!statement) return statement.error();
  statement->Bind(1, *before).Bind(2, query.state).BindText(3, query.incident_id);
  DossierPage page;
  auto next = CollectNumbered(*statement, page_size, page.dossiers);
  if (!next) return next.error();
  page.next_page_token = *std::move(next);
  return page;
}

}  // namespace vigie::server
