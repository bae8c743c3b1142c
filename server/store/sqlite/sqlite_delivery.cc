#include "server/store/sqlite/sqlite_delivery.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "proto/contract/time_conversion.h"
#include "server/event_columns.h"
#include "server/gap_reports.h"
#include "server/store/sqlite/sqlite_queries.h"
#include "server/store/sqlite/sqlite_rows.h"

namespace vigie::server {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using sqlite::Database;
using sqlite::Statement;

// SQLite's integers are signed; epochs keep all their bits.
std::int64_t Signed(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}

Error Unreadable() {
  return {ErrorCode::kDataLoss, "store: a kept gap cannot be read: restore the store from a backup"};
}

struct KeptGap {
  std::int64_t number = 0;
  v1::GapReport gap;
};

// The last of the epoch's ranges, if there is room for no more.
Result<std::optional<KeptGap>> LastOfFullList(Database& database, const v1::GapReport& gap) {
  std::optional<KeptGap> last;
  auto statement = database.Prepare(
      "SELECT number, gap FROM gaps WHERE agent_id = ?1 AND boot_epoch = ?2 AND kind = ?3 AND"
      " (SELECT count(*) FROM gaps WHERE agent_id = ?1 AND boot_epoch = ?2 AND kind = ?3) >= ?4"
      " ORDER BY number DESC LIMIT 1");
  if (!statement) return statement.error();
  statement->BindText(1, gap.agent_id()).Bind(2, Signed(gap.boot_epoch())).Bind(3, gap.kind());
  statement->Bind(4, kMaxMissingRanges);
  auto read = Each(*statement, [&](const Statement::Row& row) -> Result<void> {
    last = KeptGap{row.Integer(0), {}};
    return last->gap.ParseFromString(row.Blob(1)) ? Result<void>() : Unreadable();
  });
  if (!read) return read.error();
  return last;
}

Result<void> ReplaceGap(Database& database, const KeptGap& kept) {
  auto statement = database.Prepare("UPDATE gaps SET until = ?, gap = ? WHERE number = ?");
  if (!statement) return statement.error();
  statement->Bind(1, contract::FromProto(kept.gap.until()).time_since_epoch().count());
  return statement->BindBlob(2, kept.gap.SerializeAsString()).Bind(3, kept.number).Run();
}

Result<std::vector<KeptGap>> MissingOf(Database& database, const std::string& agent_id, std::uint64_t boot_epoch) {
  std::vector<KeptGap> kept;
  auto statement = database.Prepare(
      "SELECT number, gap FROM gaps WHERE agent_id = ? AND boot_epoch = ? AND kind = ? ORDER BY number");
  if (!statement) return statement.error();
  statement->BindText(1, agent_id).Bind(2, Signed(boot_epoch)).Bind(3, v1::GAP_KIND_MISSING);
  auto read = Each(*statement, [&](const Statement::Row& row) -> Result<void> {
    KeptGap& gap = kept.emplace_back(KeptGap{row.Integer(0), {}});
    return gap.gap.ParseFromString(row.Blob(1)) ? Result<void>() : Unreadable();
  });
  if (!read) return read.error();
  return kept;
}

Result<void> DeleteGap(Database& database, std::int64_t number) {
  auto statement = database.Prepare("DELETE FROM gaps WHERE number = ?");
  if (!statement) return statement.error();
  return statement->Bind(1, number).Run();
}

Result<void> AppendGap(Database& database, const v1::GapReport& gap) {
  auto statement = database.Prepare("INSERT INTO gaps (agent_id, kind, boot_epoch, until, gap) VALUES (?, ?, ?, ?, ?)");
  if (!statement) return statement.error();
  statement->BindText(1, gap.agent_id()).Bind(2, gap.kind()).Bind(3, Signed(gap.boot_epoch()));
  statement->Bind(4, contract::FromProto(gap.until()).time_since_epoch().count());
  return statement->BindBlob(5, gap.SerializeAsString()).Run();
}

// Instead of the row: its pieces, the first in its place.
Result<void> ReplaceBy(Database& database, std::int64_t number, const std::vector<v1::GapReport>& pieces) {
  if (pieces.empty()) return DeleteGap(database, number);
  if (auto replaced = ReplaceGap(database, {number, pieces.front()}); !replaced) return replaced;
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    if (auto appended = AppendGap(database, pieces[i]); !appended) return appended;
  }
  return {};
}

}  // namespace

Result<SequenceRanges> SelectAhead(Database& database, const std::string& agent_id, std::uint64_t boot_epoch) {
  auto statement = database.Prepare("SELECT ranges FROM ahead_sequences WHERE agent_id = ? AND boot_epoch = ?");
  if (!statement) return statement.error();
  statement->BindText(1, agent_id).Bind(2, Signed(boot_epoch));
  std::string bytes;
  auto read = statement->ForEach([&](const Statement::Row& row) {
    bytes = row.Blob(0);
    return false;
  });
  if (!read) return read.error();
  return SequenceRanges::Parse(bytes);
}

Result<void> ReplaceAhead(Database& database, const std::string& agent_id, std::uint64_t boot_epoch,
                          const SequenceRanges& ahead) {
  auto statement =
      database.Prepare(ahead.empty() ? "DELETE FROM ahead_sequences WHERE agent_id = ?1 AND boot_epoch = ?2"
                                     : "INSERT INTO ahead_sequences (agent_id, boot_epoch, ranges) VALUES (?1, ?2, ?3)"
                                       " ON CONFLICT (agent_id, boot_epoch) DO UPDATE SET ranges = excluded.ranges");
  if (!statement) return statement.error();
  statement->BindText(1, agent_id).Bind(2, Signed(boot_epoch));
  if (!ahead.empty()) statement->BindBlob(3, ahead.Serialize());
  return statement->Run();
}

Result<void> InsertGap(Database& database, const v1::GapReport& gap) {
  if (gap.kind() == v1::GAP_KIND_MISSING) {
    auto full = LastOfFullList(database, gap);
    if (!full) return full.error();
    if (*full) return ReplaceGap(database, {(*full)->number, MergedGap((*full)->gap, gap)});
  }
  return AppendGap(database, gap);
}

Result<std::uint64_t> DeleteMissing(Database& database, const std::string& agent_id, std::uint64_t boot_epoch,
                                    const SequenceRanges& sequences) {
  const auto kept = MissingOf(database, agent_id, boot_epoch);
  if (!kept) return kept.error();
  std::uint64_t removed = 0;
  std::size_t apart = kept->size();
  for (const auto& [number, gap] : *kept) {
    const std::size_t others = std::min<std::size_t>(apart - 1, kMaxMissingRanges - 1);
    const auto pieces = WithoutSequences(gap, sequences, kMaxMissingRanges - others);
    std::uint64_t left = 0;
    for (const v1::GapReport& piece : pieces) left += piece.lost();
    if (left == gap.lost()) continue;
    if (auto replaced = ReplaceBy(database, number, pieces); !replaced) return replaced.error();
    removed += gap.lost() - left;
    apart = apart - 1 + pieces.size();
  }
  return removed;
}

namespace {

// Behind ?2, a number; or (?1, ?2), an end and a number. The plus keeps the planner from an index whose order is
// not the one that is asked for.
constexpr std::string_view kGapsByNumber =
    "SELECT number, 0, gap FROM gaps WHERE number > ?2 AND +until >= ?3 AND (?4 = '' OR agent_id = ?4)"
    " ORDER BY number LIMIT ?5";
constexpr std::string_view kGapsByEnd =
    "SELECT number, until, gap FROM gaps WHERE (until, number) < (?1, ?2) AND until >= ?3"
    " AND (?4 = '' OR +agent_id = ?4) ORDER BY until DESC, number DESC LIMIT ?5";

PagePosition FirstPlace(bool newest_first) {
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  return newest_first ? PagePosition{most, most} : PagePosition{};
}

}  // namespace

Result<GapPage> SelectGaps(Database& database, const GapQuery& query) {
  const auto after =
      query.page_token.empty() ? Result<PagePosition>(FirstPlace(query.newest_first)) : ReadPageToken(query.page_token);
  if (!after) return after.error();
  auto statement = database.Prepare(query.newest_first ? kGapsByEnd : kGapsByNumber);
  if (!statement) return statement.error();
  const std::uint32_t page_size = EffectivePageSize(query.page_size);
  const std::int64_t since = query.since ? query.since->time_since_epoch().count() : 0;
  statement->Bind(1, after->at).Bind(2, after->position).Bind(3, since);
  statement->BindText(4, query.agent_id).Bind(5, page_size + 1);
  GapPage page;
  PagePosition last;
  auto read = Each(*statement, [&](const Statement::Row& row) -> Result<void> {
    if (page.gaps.size() == page_size) {
      page.next_page_token = WritePageToken(last);
      return {};
    }
    last = {row.Integer(1), row.Integer(0)};
    return page.gaps.emplace_back().ParseFromString(row.Blob(2)) ? Result<void>() : Unreadable();
  });
  if (!read) return read.error();
  return page;
}

Result<void> FillGaps(Database& database) {
  const auto backlog = SelectInteger(database, "SELECT last FROM gaps_backlog");
  if (!backlog) return backlog.error();
  if (!*backlog) return {};
  return database.Transaction([&]() -> Result<void> {
    auto statement =
        database.Prepare("SELECT event, host FROM events WHERE channel IS NULL AND position <= ? ORDER BY position");
    if (!statement) return statement.error();
    statement->Bind(1, **backlog);
    auto filled = Each(*statement, [&](const Statement::Row& row) -> Result<void> {
      v1::Event event;  // one that cannot be read does not keep the collector from starting
      if (!event.ParseFromString(row.Blob(0)) || !event.has_gap()) return {};
      return InsertGap(database, ToldGap(event, row.Text(1)));
    });
    return filled ? database.Execute("DELETE FROM gaps_backlog") : filled;
  });
}

}  // namespace vigie::server
