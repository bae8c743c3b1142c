#include "core/customers/record_cells.h"

#include <algorithm>

#include "core/customers/token_scanner.h"

namespace vigie::customers {
namespace {

constexpr std::size_t kMinTextBytes = 2;  // one letter is written everywhere by chance

base::Error LeftOut(std::string reason) {
  return {base::ErrorCode::kInvalidArgument, std::move(reason)};
}

std::size_t CountTokens(std::string_view cell) {
  std::size_t tokens = 0;
  TokenScanner scanner(cell);
  for (Token token; scanner.Next(token);) ++tokens;
  return tokens;
}

}  // namespace

RecordCells::RecordCells(const std::vector<DirectoryColumn>& columns, const PhonePlan& plan, const CellHasher& hasher,
                         IndexAssembly& assembly)
    : columns_(columns), plan_(plan), hasher_(hasher), assembly_(assembly), left_out_column_(columns.size()) {
  const auto is_name = [](const DirectoryColumn& column) { return column.kind == CellKind::kName; };
  name_columns_.resize(static_cast<std::size_t>(std::count_if(columns.begin(), columns.end(), is_name)));
}

void RecordCells::LeaveOutPrimaryKey() {
  const auto is_key = [](const DirectoryColumn& column) { return column.kind == CellKind::kKey; };
  left_out_column_ =
      static_cast<std::size_t>(std::find_if(columns_.begin(), columns_.end(), is_key) - columns_.begin());
}

void RecordCells::Add(RecordId record, const std::vector<std::string_view>& cells, const CellProblem& problem) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const std::string_view cell = TrimSpace(cells[i]);
    if (columns_[i].kind == CellKind::kName) names.push_back(cell);
    if (i == left_out_column_ || cell.empty() || columns_[i].kind == CellKind::kName) continue;
    const auto added = AddCell(record, columns_[i].kind, cell);
    if (!added) problem(columns_[i].name, added.error().message);
  }
  AddNames(record, names);
  AddJoined(record, names);
}

base::Result<void> RecordCells::AddCell(RecordId record, CellKind kind, std::string_view cell) {
  if (kind == CellKind::kText) return AddText(record, cell);
  if (kind == CellKind::kKey) return AddKey(record, cell);
  const auto normalised = Normalise(kind, cell, plan_);
  if (!normalised) return normalised.error();
  AddStrong(record, kind, *normalised);
  return {};
}

void RecordCells::AddStrong(RecordId record, CellKind kind, std::string_view normalised) {
  const std::uint64_t hash = hasher_.Strong(kind, normalised);
  kinds_ = static_cast<std::uint16_t>(kinds_ | 1U << static_cast<unsigned>(kind));
  assembly_.AddStrong(hash, record);
}

base::Result<void> RecordCells::AddKey(RecordId record, std::string_view cell) {
  const auto key = NormaliseKey(cell);
  if (!key) return key.error();
  if (!IsDistinctiveKey(*key)) {
    ++weak_keys_;
    (void)AddText(record, cell);  // too short even for that: the customer's other cells still count
    return {};
  }
  AddStrong(record, CellKind::kKey, *key);
  const auto bytes = static_cast<std::uint16_t>(key->size());
  min_key_bytes_ = std::min(min_key_bytes_, bytes);
  max_key_bytes_ = std::max(max_key_bytes_, bytes);
  key_counts_ = static_cast<std::uint16_t>(key_counts_ | 1U << CountTokens(cell));
  return {};
}

base::Result<void> RecordCells::AddText(RecordId record, std::string_view cell) {
  if (cell.size() < kMinTextBytes) return LeftOut("too short to mean anything");
  const auto hash = HashWords(record, cell);
  if (!hash) return hash.error();
  assembly_.AddText(*hash, record);
  return {};
}

void RecordCells::AddNames(RecordId record, const std::vector<std::string_view>& names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) continue;
    ++name_columns_[i].cells;
    if (CountWords(names[i]) < 2) continue;  // a first name alone is nobody
    ++name_columns_[i].whole;
    const auto hash = HashWords(record, names[i]);
    if (hash) assembly_.AddName(*hash, record, static_cast<std::uint8_t>(i));
  }
}

// First and last name in columns of their own: each two of the columns and all together make a name.
void RecordCells::AddJoined(RecordId record, const std::vector<std::string_view>& names) {
  const auto add = [&](const std::string& joined) {
    const auto hash = HashWords(record, joined);
    if (hash) assembly_.AddName(*hash, record, IndexAssembly::kJoinedNames);
  };
  std::string all;
  for (std::size_t i = 0; i < names.size(); ++i) {
    all.append(all.empty() || names[i].empty() ? "" : " ").append(names[i]);
    for (std::size_t j = i + 1; j < names.size(); ++j) {
      if (!names[i].empty() && !names[j].empty()) add(std::string(names[i]).append(" ").append(names[j]));
    }
  }
  if (names.size() > 2 && CountWords(all) > 1) add(all);
}

base::Result<std::uint64_t> RecordCells::HashWords(RecordId record, std::string_view cell) {
  TokenSum sum;
  TokenScanner scanner(cell);
  for (Token token; sum.tokens < kMaxCellTokens && scanner.Next(token);) {
    if (token.after_gap) return LeftOut("it has a part that is no word");
    const std::uint64_t hash = hasher_.OfToken(token.folded);
    if (assembly_.Keeps(record)) assembly_.AddToken(hash);
    sum.Add(hash);
  }
  if (sum.tokens == 0) return LeftOut("no word in it");
  word_counts_ = static_cast<std::uint16_t>(word_counts_ | 1U << sum.tokens);
  return hasher_.Words(sum);
}

void RecordCells::LeaveOutFirstNames() {
  for (std::size_t i = 0; name_columns_.size() > 1 && i < name_columns_.size(); ++i) {
    const NameColumn& column = name_columns_[i];
    if (column.whole * 5 < column.cells * 4) assembly_.LeaveOutNames(static_cast<std::uint8_t>(i));
  }
}

void RecordCells::Finish(IndexHeader& header) const {
  header.word_counts = word_counts_;
  header.key_counts = key_counts_;
  header.kinds = kinds_;
  header.min_key_bytes = max_key_bytes_ == 0 ? 0 : min_key_bytes_;
  header.max_key_bytes = max_key_bytes_;
}

}  // namespace vigie::customers
