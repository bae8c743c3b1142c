// What the spool notes beside its events, each note sealed and in a row of integers and one blob, so that it can be
// carved out of a damaged file as they can (page_carver.h).
#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "agent/spool/spool_table.h"

namespace vigie::agent::spool {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// SQLite's integers are signed; epochs are milliseconds and sequences counts, far below the sign.
std::int64_t Signed(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}
std::uint64_t Unsigned(std::int64_t value) {
  return static_cast<std::uint64_t>(value);
}

// What a note is sealed for; no event is sealed for a text that begins so and has this length.
std::string Associated(std::string_view kind, const std::vector<std::uint64_t>& numbers) {
  std::string bytes(kind);
  for (const std::uint64_t number : numbers) {
    for (unsigned shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(number >> shift & 0xffU);
  }
  return bytes;
}
std::string ForSpan(const SequenceSpan& span) {
  return Associated("acknowledged", {span.epoch, span.first, span.last});
}
std::string ForGap(std::uint64_t slot, std::uint64_t revision) {
  return Associated("untold", {slot, revision});
}

Error Damaged(const std::string& what) {
  return {ErrorCode::kDataLoss,
          what + " of the spool cannot be opened: it is damaged, or the host's key is another one"};
}

}  // namespace

bool SpoolTable::IsAcknowledged(const SequenceSpan& span, std::string_view seal) const {
  return span.first <= span.last && key_.Open(seal, ForSpan(span)).has_value();
}

std::optional<UntoldRow> SpoolTable::OpenUntold(std::uint64_t slot, std::uint64_t revision,
                                                std::string_view body) const {
  const auto text = key_.Open(body, ForGap(slot, revision));
  UntoldRow row{.slot = slot, .revision = revision};
  if (!text || !row.gap.ParseFromString(*text)) return std::nullopt;
  return row;
}

Result<std::vector<SequenceSpan>> SpoolTable::Acknowledged() {
  auto statement = database_.Prepare("SELECT epoch, first, last, seal FROM acknowledged NOT INDEXED");
  if (!statement) return statement.error();
  std::vector<SequenceSpan> spans;
  bool whole = true;
  const auto read = statement->ForEach([&](const auto& row) {
    spans.push_back({Unsigned(row.Integer(0)), Unsigned(row.Integer(1)), Unsigned(row.Integer(2))});
    whole = IsAcknowledged(spans.back(), row.Blob(3));
    return whole;
  });
  if (!read) return read.error();
  if (!whole) return Damaged("what was acknowledged");
  std::ranges::sort(spans, {}, [](const SequenceSpan& span) { return std::pair(span.epoch, span.first); });
  return spans;
}

// One with those that it touches.
Result<void> SpoolTable::NoteAcknowledged(SequenceSpan span) {
  auto touching = database_.Prepare(
      "SELECT coalesce(min(first), ?2), coalesce(max(last), ?3) FROM acknowledged"
      " WHERE epoch = ?1 AND first <= ?3 + 1 AND last >= ?2 - 1");
  if (!touching) return touching.error();
  const auto bind = [&](sqlite::Statement& statement) -> sqlite::Statement& {
    return statement.Bind(1, Signed(span.epoch)).Bind(2, Signed(span.first)).Bind(3, Signed(span.last));
  };
  SequenceSpan joined = span;
  const auto read = bind(*touching).ForEach([&](const auto& row) {
    joined.first = std::min(span.first, Unsigned(row.Integer(0)));
    joined.last = std::max(span.last, Unsigned(row.Integer(1)));
    return false;
  });
  if (!read) return read;
  auto remove = database_.Prepare("DELETE FROM acknowledged WHERE epoch = ?1 AND first BETWEEN ?2 AND ?3");
  if (!remove) return remove.error();
  span = joined;
  if (auto removed = bind(*remove).Run(); !removed) return removed;
  auto insert = database_.Prepare("INSERT INTO acknowledged(epoch, first, last, seal) VALUES(?1, ?2, ?3, ?4)");
  if (!insert) return insert.error();
  return bind(*insert).BindBlob(4, key_.Seal("", ForSpan(span))).Run();
}

Result<void> SpoolTable::NoteAcknowledged(std::uint64_t epoch, std::span<const std::uint64_t> sequences) {
  std::vector<std::uint64_t> sorted(sequences.begin(), sequences.end());
  std::ranges::sort(sorted);
  for (std::size_t first = 0, next = 0; first < sorted.size(); first = next) {
    for (next = first + 1; next < sorted.size() && sorted[next] <= sorted[next - 1] + 1;) ++next;
    if (auto noted = NoteAcknowledged({epoch, sorted[first], sorted[next - 1]}); !noted) return noted;
  }
  return {};
}

Result<void> SpoolTable::NoteAcknowledgedUpTo(const EventKey& key) {
  auto earlier = database_.Prepare("DELETE FROM acknowledged WHERE epoch < ?1");
  if (!earlier) return earlier.error();
  if (auto removed = earlier->Bind(1, Signed(key.boot_epoch)).Run(); !removed) return removed;
  return NoteAcknowledged({key.boot_epoch, 0, key.sequence});
}

Result<std::vector<UntoldRow>> SpoolTable::UntoldRows() {
  auto statement = database_.Prepare("SELECT slot, revision, body FROM untold NOT INDEXED");
  if (!statement) return statement.error();
  std::vector<UntoldRow> rows;
  bool whole = true;
  const auto read = statement->ForEach([&](const auto& row) {
    auto opened = OpenUntold(Unsigned(row.Integer(0)), Unsigned(row.Integer(1)), row.Blob(2));
    whole = opened.has_value();
    if (whole) rows.push_back(*std::move(opened));
    return whole;
  });
  if (!read) return read.error();
  if (!whole) return Damaged("a gap");
  return rows;
}

Result<void> SpoolTable::WriteUntold(UntoldRow row) {
  auto statement = database_.Prepare("INSERT OR REPLACE INTO untold(slot, revision, body) VALUES(?1, ?2, ?3)");
  if (!statement) return statement.error();
  statement->Bind(1, Signed(row.slot)).Bind(2, Signed(row.revision));
  return statement->BindBlob(3, key_.Seal(row.gap.SerializeAsString(), ForGap(row.slot, row.revision))).Run();
}

Result<void> SpoolTable::KeepGap(const v1::Gap& gap) {
  const auto rows = UntoldRows();
  if (!rows) return rows.error();
  UntoldRow kept{.slot = 1, .revision = 1, .gap = gap};
  for (const UntoldRow& row : *rows) {
    kept.revision = std::max(kept.revision, row.revision + 1);
    kept.slot = std::max(kept.slot, row.slot + 1);
  }
  for (const UntoldRow& row : *rows) {
    if (row.slot != UntoldRow::kTold && row.gap.reason() == gap.reason()) kept.slot = row.slot;
  }
  return WriteUntold(std::move(kept));
}

Result<void> SpoolTable::DropGaps() {
  const auto rows = UntoldRows();
  if (!rows) return rows.error();
  UntoldRow told{.slot = UntoldRow::kTold, .revision = 1};
  for (const UntoldRow& row : *rows) told.revision = std::max(told.revision, row.revision + 1);
  if (auto dropped = database_.Execute("DELETE FROM untold"); !dropped) return dropped;
  return WriteUntold(std::move(told));
}

Result<std::vector<v1::Gap>> SpoolTable::Gaps() {
  auto rows = UntoldRows();
  if (!rows) return rows.error();
  return StillUntold(*std::move(rows));
}

Result<void> SpoolTable::TakeOverGaps() {
  auto statement = database_.Prepare("SELECT body FROM gap");
  if (!statement) return statement.error();
  std::vector<v1::Gap> gaps;
  const auto read = statement->ForEach([&](const auto& row) {
    v1::Gap gap;
    if (gap.ParseFromString(row.Blob(0))) gaps.push_back(std::move(gap));
    return true;
  });
  if (!read || gaps.empty()) return read;
  return database_.Transaction([&]() -> Result<void> {
    for (const v1::Gap& gap : gaps) {
      if (auto kept = KeepGap(gap); !kept) return kept;
    }
    return database_.Execute("DELETE FROM gap");
  });
}

std::vector<v1::Gap> StillUntold(std::vector<UntoldRow> rows) {
  std::uint64_t told = 0;
  for (const UntoldRow& row : rows) {
    if (row.slot == UntoldRow::kTold) told = std::max(told, row.revision);
  }
  std::ranges::sort(rows, {}, [](const UntoldRow& row) { return std::pair(row.slot, row.revision); });
  std::vector<v1::Gap> gaps;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool newest = i + 1 == rows.size() || rows[i + 1].slot != rows[i].slot;
    if (newest && rows[i].slot != UntoldRow::kTold && rows[i].revision > told) gaps.push_back(std::move(rows[i].gap));
  }
  return gaps;
}

}  // namespace vigie::agent::spool
