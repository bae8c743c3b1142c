#include "server/store/sqlite/sqlite_audit.h"

#include "proto/contract/time_conversion.h"
#include "server/event_columns.h"
#include "server/store/sqlite/sqlite_queries.h"
#include "server/store/sqlite/sqlite_rows.h"

namespace vigie::server {

using base::Error;
using base::ErrorCode;
using base::Result;
using sqlite::Database;
using sqlite::Statement;

namespace {

constexpr std::string_view kBase = "base";
constexpr std::string_view kHead = "head";

std::int64_t Signed(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}

Result<AuditPlace> ReadEnd(Database& database, std::string_view end) {
  auto statement = database.Prepare("SELECT number, hash FROM audit_ends WHERE end = ?");
  if (!statement) return statement.error();
  AuditPlace place;
  auto read = statement->BindText(1, end).ForEach([&](const Statement::Row& row) {
    place = {static_cast<std::uint64_t>(row.Integer(0)), row.Text(1)};
    return false;
  });
  if (!read) return read.error();
  return place;
}

Result<void> SaveEnd(Database& database, std::string_view end, const AuditPlace& place) {
  auto statement = database.Prepare("UPDATE audit_ends SET number = ?, hash = ? WHERE end = ?");
  if (!statement) return statement.error();
  return statement->Bind(1, Signed(place.number)).BindText(2, place.hash).BindText(3, end).Run();
}

Result<void> InsertRow(Database& database, const AuditRow& row, const v1::AuditEntry& entry) {
  auto statement =
      database.Prepare("INSERT INTO audit (number, at, who, method, entry, hash) VALUES (?, ?, ?, ?, ?, ?)");
  if (!statement) return statement.error();
  statement->Bind(1, Signed(row.number)).Bind(2, contract::FromProto(entry.at()).time_since_epoch().count());
  statement->BindText(3, entry.who()).BindText(4, entry.method()).BindBlob(5, row.entry).BindText(6, row.hash);
  return statement->Run();
}

// The columns are only for queries: what they say must be what the entry says.
bool ColumnsHold(const Statement::Row& row, const std::string& bytes) {
  v1::AuditEntry entry;
  if (!entry.ParseFromString(bytes)) return false;
  return row.Integer(2) == contract::FromProto(entry.at()).time_since_epoch().count() && row.Text(3) == entry.who() &&
         row.Text(4) == entry.method();
}

}  // namespace

Result<void> InsertAudit(Database& database, const v1::AuditEntry& entry) {
  const auto head = ReadEnd(database, kHead);
  if (!head) return head.error().Wrap("audit");
  const AuditRow row = ChainAudit(*head, entry);
  if (auto inserted = InsertRow(database, row, entry); !inserted) return inserted.error().Wrap("audit");
  return SaveEnd(database, kHead, {row.number, row.hash});
}

Result<AuditPlace> LastAuditBefore(Database& database, base::SystemTime before) {
  auto statement = database.Prepare(
      "SELECT number, hash FROM audit WHERE number <"
      " (SELECT number FROM audit WHERE at >= ? ORDER BY number LIMIT 1)"
      " AND number > (SELECT number FROM audit_ends WHERE end = 'base') ORDER BY number DESC LIMIT 1");
  if (!statement) return statement.error();
  AuditPlace last;
  auto read = statement->Bind(1, before.time_since_epoch().count()).ForEach([&](const Statement::Row& row) {
    last = {static_cast<std::uint64_t>(row.Integer(0)), row.Text(1)};
    return false;
  });
  if (!read) return read.error();
  return last;
}

Result<std::uint64_t> CutAuditAfter(Database& database, const AuditPlace& last, const v1::AuditEntry& removal) {
  const auto base = ReadEnd(database, kBase);
  if (!base) return base.error();
  if (last.number <= base->number) return std::uint64_t{0};
  if (auto moved = SaveEnd(database, kBase, last); !moved) return moved.error();
  v1::AuditEntry entry = removal;
  entry.set_method(std::string(kRemovalMethod));
  entry.set_asked(RemovalText(last));
  if (auto told = InsertAudit(database, entry); !told) return told.error();
  return last.number - base->number;
}

Result<std::uint64_t> RemoveCutAuditRows(Database& database, std::int64_t limit) {
  auto statement = database.Prepare(
      "DELETE FROM audit WHERE number IN (SELECT number FROM audit WHERE number <="
      " (SELECT number FROM audit_ends WHERE end = 'base') ORDER BY number LIMIT ?)");
  if (!statement) return statement.error();
  if (auto removed = statement->Bind(1, limit).Run(); !removed) return removed.error();
  return static_cast<std::uint64_t>(database.changes());
}

Result<std::uint64_t> CountAuditBefore(Database& database, base::SystemTime before) {
  const auto last = LastAuditBefore(database, before);
  if (!last) return last.error();
  const auto base = ReadEnd(database, kBase);
  if (!base) return base.error();
  return last->number == 0 ? 0 : last->number - base->number;
}

Result<AuditPage> SelectAudit(Database& database, const AuditQuery& query) {
  const auto after = query.page_token.empty() ? Result<PagePosition>(PagePosition{}) : ReadPageToken(query.page_token);
  if (!after) return after.error();
  auto statement = database.Prepare(
      "SELECT entry, number FROM audit WHERE number > max(?, (SELECT number FROM audit_ends WHERE end = 'base'))"
      " AND at >= ? AND (?3 = '' OR who = ?3)"
      " AND (?4 = '' OR method = ?4 OR substr(method, 1, length(?4) + 1) = ?4 || '/') ORDER BY number LIMIT ?");
  if (!statement) return statement.error();
  const std::uint32_t page_size = EffectivePageSize(query.page_size);
  const auto since = query.since.value_or(base::SystemTime{}).time_since_epoch().count();
  statement->Bind(1, after->position).Bind(2, since).BindText(3, query.who).BindText(4, query.method);
  statement->Bind(5, page_size + 1);
  AuditPage page;
  std::int64_t last = 0;
  auto read = Each(*statement, [&](const Statement::Row& row) -> Result<void> {
    if (page.entries.size() == page_size) {
      page.next_page_token = WritePageToken({0, last});
      return {};
    }
    last = row.Integer(1);
    if (page.entries.emplace_back().ParseFromString(row.Blob(0))) return {};
    return Error{ErrorCode::kDataLoss,
                 "audit: row " + std::to_string(last) + " cannot be read: run vigie audit verify"};
  });
  if (!read) return read.error();
  return page;
}

Result<v1::VerifyAuditResponse> VerifyAuditChain(Database& database) {
  auto base = ReadEnd(database, kBase);
  if (!base) return base.error();
  auto head = ReadEnd(database, kHead);
  if (!head) return head.error();
  auto statement =
      database.Prepare("SELECT number, entry, at, who, method, hash FROM audit WHERE number > ? ORDER BY number");
  if (!statement) return statement.error();
  statement->Bind(1, Signed(base->number));
  AuditVerifier verifier(*base);
  auto walked = statement->ForEach([&](const Statement::Row& row) {
    AuditRow kept{static_cast<std::uint64_t>(row.Integer(0)), row.Blob(1), row.Text(5)};
    if (!ColumnsHold(row, kept.entry)) kept.hash.clear();
    return verifier.Take(kept);
  });
  if (!walked) return walked.error();
  return verifier.Finish(*head);
}

}  // namespace vigie::server
