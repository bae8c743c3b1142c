#include "core/customers/index_assembly.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <tuple>

#include "core/customers/token_filter.h"

namespace vigie::customers {
namespace {

// Of strong cells and pairs: one false record in 2^30 lookups at most, since a lookup compares at most twice.
constexpr unsigned kStrongFingerprintBits = 31;
constexpr unsigned kWordsFingerprintBits = 14;  // a wrong guess costs a few lookups of pairs, no more
// Rows of one key are merged; a key that stands for thousands of rows is no customer.
constexpr std::size_t kMaxPairsPerRecord = 1024;
// Of a delta: a cell that identifies nobody any more.
constexpr std::uint64_t kNobody = 0;
constexpr std::size_t kTokensToMakeDistinct = 1 << 20;

template <typename Cells>
void SortAndMakeDistinct(Cells& cells) {
  const auto order = [](const auto& cell) { return std::tie(cell.hash, cell.record); };
  std::sort(cells.begin(), cells.end(), [&](const auto& a, const auto& b) { return order(a) < order(b); });
  cells.erase(
      std::unique(cells.begin(), cells.end(), [&](const auto& a, const auto& b) { return order(a) == order(b); }),
      cells.end());
}

template <typename Iterator>
Iterator EndOfHash(Iterator begin, Iterator end) {
  return std::find_if(begin, end, [&](const auto& cell) { return cell.hash != begin->hash; });
}

template <typename Iterator>
Iterator EndOfRecord(Iterator begin, Iterator end, RecordId record) {
  return std::find_if(begin, end, [&](const auto& cell) { return cell.record != record; });
}

template <typename Cells>
void SortByRecord(Cells& cells) {
  std::sort(cells.begin(), cells.end(), [](const auto& a, const auto& b) { return a.record < b.record; });
}

void AppendNumber(std::string& bytes, std::uint32_t number) {
  char encoded[sizeof(number)];
  std::memcpy(encoded, &number, sizeof(number));
  bytes.append(encoded, sizeof(encoded));
}

}  // namespace

void IndexAssembly::LeaveOutNames(std::uint8_t column) {
  names_.erase(std::remove_if(names_.begin(), names_.end(), [&](const Cell& cell) { return cell.column == column; }),
               names_.end());
}

void IndexAssembly::AddToken(std::uint64_t token) {
  tokens_.push_back(token);
  // Most words of a directory come again and again: memory follows the distinct ones.
  if (tokens_.size() >= 2 * distinct_tokens_ + kTokensToMakeDistinct) MakeTokensDistinct();
}

void IndexAssembly::MakeTokensDistinct() {
  std::sort(tokens_.begin(), tokens_.end());
  tokens_.erase(std::unique(tokens_.begin(), tokens_.end()), tokens_.end());
  distinct_tokens_ = tokens_.size();
}

template <typename Iterator>
bool IndexAssembly::KeepsAny(Iterator begin, Iterator end) const {
  return only_ == nullptr || std::any_of(begin, end, [&](const Cell& cell) { return only_->Contains(cell.record); });
}

base::Result<IndexAssembly::Assembled> IndexAssembly::Assemble(const CellHasher& hasher, RecordId last_record) {
  Assembled assembled;
  assembled.last_record = last_record;
  // One after the other, and each forgets its cells: at most one kind is in memory twice.
  auto strong = BuildStrong(assembled);
  if (!strong) return strong.error();
  auto words = BuildStaticMap(ArrangeWords(assembled.counts), kWordsValueBits, kWordsFingerprintBits);
  if (!words) return words.error();
  assembled.words = *std::move(words);
  const auto record_bits = static_cast<unsigned>(std::bit_width(std::uint64_t{last_record}));
  auto pairs = BuildStaticMap(ArrangePairs(hasher, assembled.counts), record_bits, kStrongFingerprintBits);
  if (!pairs) return pairs.error();
  assembled.pairs = *std::move(pairs);
  MakeTokensDistinct();
  assembled.tokens = BuildTokenFilter(tokens_);
  return assembled;
}

base::Result<void> IndexAssembly::BuildStrong(Assembled& assembled) {
  const auto entries = ArrangeStrong(assembled);
  Cells().swap(strong_);
  const std::uint64_t values = std::uint64_t{assembled.last_record} + assembled.shared.size() / sizeof(std::uint32_t);
  auto section = BuildStaticMap(entries, static_cast<unsigned>(std::bit_width(values)), kStrongFingerprintBits);
  if (!section) return section.error();
  assembled.strong = *std::move(section);
  return {};
}

// A cell of one record has its id as value; of several, the place of their list behind all ids.
std::vector<StaticMapEntry> IndexAssembly::ArrangeStrong(Assembled& assembled) {
  SortAndMakeDistinct(strong_);
  std::vector<StaticMapEntry> entries;
  for (auto begin = strong_.begin(); begin != strong_.end();) {
    const auto end = EndOfHash(begin, strong_.end());
    const auto sharers = static_cast<std::size_t>(end - begin);
    if (!KeepsAny(begin, end)) {
      begin = end;
      continue;
    }
    if (sharers > limits_.max_strong_records) {
      ++assembled.counts.shared_strong_left_out;
      if (only_ != nullptr) entries.push_back({begin->hash, kNobody});
    } else if (sharers == 1) {
      entries.push_back({begin->hash, begin->record});
    } else {
      const std::uint64_t place = assembled.shared.size() / sizeof(std::uint32_t);
      entries.push_back({begin->hash, assembled.last_record + 1 + place});
      AppendNumber(assembled.shared, static_cast<std::uint32_t>(sharers));
      std::for_each(begin, end, [&](const Cell& cell) { AppendNumber(assembled.shared, cell.record); });
    }
    begin = end;
  }
  assembled.counts.strong_cells = entries.size();
  return entries;
}

void IndexAssembly::DropShared(Cells& cells, AssembledCounts& counts) const {
  SortAndMakeDistinct(cells);
  auto kept = cells.begin();
  for (auto begin = cells.begin(); begin != cells.end();) {
    const auto end = EndOfHash(begin, cells.end());
    if (static_cast<std::size_t>(end - begin) > limits_.max_weak_records) {
      ++counts.shared_weak_left_out;
    } else {
      kept = kept == begin ? end : std::move(begin, end, kept);
    }
    begin = end;
  }
  cells.erase(kept, cells.end());
}

std::vector<StaticMapEntry> IndexAssembly::ArrangeWords(AssembledCounts& counts) {
  DropShared(names_, counts);
  DropShared(texts_, counts);
  std::vector<StaticMapEntry> entries;
  for (const Cell& cell : names_) {
    if (Keeps(cell.record)) entries.push_back({cell.hash, kIsName});
  }
  for (const Cell& cell : texts_) {
    if (Keeps(cell.record)) entries.push_back({cell.hash, kIsText});
  }
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.hash < b.hash; });
  std::size_t kept = 0;
  for (const StaticMapEntry& entry : entries) {
    if (kept > 0 && entries[kept - 1].hash == entry.hash) {
      entries[kept - 1].value |= entry.value;
    } else {
      entries[kept++] = entry;
    }
  }
  entries.resize(kept);
  counts.weak_cells = kept;
  return entries;
}

std::vector<StaticMapEntry> IndexAssembly::ArrangePairs(const CellHasher& hasher, AssembledCounts& counts) {
  SortByRecord(names_);
  SortByRecord(texts_);
  Cells pairs;
  auto text = texts_.begin();
  for (auto name = names_.begin(); name != names_.end();) {
    const RecordId record = name->record;
    const auto names_end = EndOfRecord(name, names_.end(), record);
    text = std::find_if(text, texts_.end(), [&](const Cell& cell) { return cell.record >= record; });
    const auto texts_end = EndOfRecord(text, texts_.end(), record);
    const std::size_t before = pairs.size();
    for (; name != names_end; ++name) {
      for (auto other = text; other != texts_end && pairs.size() - before < kMaxPairsPerRecord; ++other) {
        pairs.push_back({hasher.Pair(name->hash, other->hash), record, 0});
      }
    }
    text = texts_end;
  }
  SortAndMakeDistinct(pairs);
  std::vector<StaticMapEntry> entries;
  for (auto begin = pairs.begin(); begin != pairs.end();) {
    const auto end = EndOfHash(begin, pairs.end());
    const bool kept = KeepsAny(begin, end);
    if (end - begin == 1 && kept) entries.push_back({begin->hash, begin->record});
    if (end - begin > 1 && kept && only_ != nullptr) entries.push_back({begin->hash, kNobody});
    counts.ambiguous_pairs += end - begin > 1 && kept ? 1 : 0;
    begin = end;
  }
  counts.pairs = entries.size();
  return entries;
}

}  // namespace vigie::customers
