#include "core/customers/pair_finder.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "core/customers/index_format.h"

namespace vigie::customers {
namespace {

constexpr std::size_t kNoNeighbour = std::numeric_limits<std::size_t>::max();

// Whatever follows on a later one is further away still.
template <typename Hit>
bool IsOutOfReach(const Hit& earlier, const Hit& hit) {
  return hit.begin > earlier.end + (earlier.line == hit.line ? kMaxRowBytes : kNearBytes);
}

// Overlapping cells are one piece of evidence, not two: a company that is called like its owner.
template <typename Hit>
bool AreApart(const Hit& a, const Hit& b) {
  return a.end <= b.begin || b.end <= a.begin;
}

}  // namespace

void PairFinder::RecentHits::Add(const Hit& hit) {
  if (SameHashes(hit) > 0 && !ReplaceOlder(hit)) return;
  if (last_ - first_ == kRecentHits) --SameHashes(hits_[first_++]);
  if (last_ == hits_.size()) {
    std::copy(hits_.begin() + static_cast<std::ptrdiff_t>(first_), hits_.end(), hits_.begin());
    last_ -= first_;
    first_ = 0;
  }
  hits_[last_++] = hit;
  ++SameHashes(hit);
}

// False if the hit is an old one. The last two of a cell are enough: what was near to an earlier one has been tried.
// One would not be: the latest may lie inside of the cell that is still to come (a company called like its owner).
bool PairFinder::RecentHits::ReplaceOlder(const Hit& hit) {
  std::size_t same = 0;
  std::size_t older = last_;
  for (std::size_t i = last_; i-- > first_;) {
    if (hits_[i].hash != hit.hash) continue;
    if (hit.begin < hits_[i].end) return false;  // the same words in another order: Bel, Jean | Bel
    older = i;
    if (++same == 2) break;
  }
  if (same < 2) return true;
  std::move(hits_.begin() + static_cast<std::ptrdiff_t>(older) + 1, hits_.begin() + static_cast<std::ptrdiff_t>(last_),
            hits_.begin() + static_cast<std::ptrdiff_t>(older));
  --last_;
  --SameHashes(hit);
  return true;
}

PairFinder::PairFinder(const IndexLayers& layers, const CellHasher& hasher, RecordSet& found)
    : layers_(layers),
      hasher_(hasher),
      found_(found),
      longest_(std::min<std::size_t>(std::bit_width(std::size_t{layers.shape().word_counts} >> 1), kMaxCellTokens)) {
}

void PairFinder::Add(std::span<const TextToken> tokens, std::span<const std::uint32_t> known) {
  for (const std::uint32_t place : known) {
    if (place != next_known_) recent_count_ = 0;
    AddKnown(tokens[place]);
    next_known_ = place + 1;
  }
  next_known_ = next_known_ == tokens.size() ? 0 : kNoNeighbour;
}

// Written where it waits: a copy of what was just written in parts would wait for them.
[[gnu::always_inline]] inline void PairFinder::Offer(const TokenSum& sum, std::size_t begin, const TextToken& last) {
  const std::uint64_t hash = hasher_.Words(sum);
  Hit& hit = offered_[offered_count_];
  hit.hash = hash;
  hit.begin = begin;
  hit.end = last.end;
  hit.line = last.line;
  offered_hashes_[offered_count_++] = hash;
  if (offered_count_ < offered_.size()) return;
  LookUpWords();
  LookUpPairs(last.line);
}

void PairFinder::AddKnown(const TextToken& token) {
  if (token.after_gap) recent_count_ = 0;
  if (longest_ == 0) return;
  if (recent_count_ == longest_) {
    for (std::size_t i = 1; i < recent_count_; ++i) recent_[i - 1] = recent_[i];
    --recent_count_;
  }
  recent_[recent_count_++] = {token.hash, token.begin};
  const std::uint16_t counts = layers_.shape().word_counts;
  TokenSum sum;
  for (std::size_t tokens = 1; tokens <= recent_count_; ++tokens) {
    const RecentToken& first = recent_[recent_count_ - tokens];
    sum.Add(first.hash);
    if ((counts >> tokens & 1) != 0) Offer(sum, first.begin, token);
  }
}

// First what is in one row: where that explains all names, as in an export, nobody asks for the rows around.
void PairFinder::LookUpWords() {
  std::array<std::uint64_t, IndexLayers::kBatch> looked_up{};
  const std::span<const std::uint64_t> hashes(offered_hashes_.data(), offered_count_);
  const std::span<std::uint64_t> kinds(looked_up.data(), offered_count_);
  layers_.FindWords(hashes, kinds);
  const Recent before = recent_hits_;
  TakeHits<Among::kOneRow>(kinds);
  LookUp(row_);
  if (!AreExplained(before)) {
    recent_hits_ = before;
    TakeHits<Among::kRowsAround>(kinds);
  }
  offered_count_ = 0;
}

void PairFinder::Finish() {
  LookUpWords();
  LookUpPairs(std::nullopt);
}

// All names that a text may have been paired with since then.
bool PairFinder::AreExplained(const Recent& since) const {
  const auto names = since.names.hits();
  if (!std::ranges::all_of(names, [this](const Hit& name) { return IsExplained(name.number); })) return false;
  for (auto number = since.name_count; number < recent_hits_.name_count; ++number) {
    if (!IsExplained(number)) return false;
  }
  return true;
}

template <PairFinder::Among kAmong>
void PairFinder::TakeHits(std::span<const std::uint64_t> kinds) {
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if ((kinds[i] & kIsName) != 0) TakeName<kAmong>(offered_[i]);
    if ((kinds[i] & kIsText) != 0) TakeText<kAmong>(offered_[i]);
  }
}

template <PairFinder::Among kAmong>
void PairFinder::TakeName(Hit name) {
  name.number = recent_hits_.name_count++;
  const bool is_done = kAmong == Among::kRowsAround && IsExplained(name.number);
  const auto texts = recent_hits_.texts.hits();
  for (auto text = texts.rbegin(); !is_done && text != texts.rend() && !IsOutOfReach(*text, name); ++text) {
    const bool in_row = text->line == name.line;
    if (kAmong == Among::kOneRow && !in_row) break;
    if (in_row == (kAmong == Among::kOneRow)) AddPair(name, *text, in_row);
  }
  recent_hits_.names.Add(name);
}

template <PairFinder::Among kAmong>
void PairFinder::TakeText(const Hit& text) {
  const auto names = recent_hits_.names.hits();
  for (auto name = names.rbegin(); name != names.rend() && !IsOutOfReach(*name, text); ++name) {
    const bool in_row = name->line == text.line;
    if (kAmong == Among::kOneRow && !in_row) break;
    if (kAmong == Among::kRowsAround && (in_row || IsExplained(name->number))) continue;
    AddPair(*name, text, in_row);
  }
  recent_hits_.texts.Add(text);
}

void PairFinder::AddPair(const Hit& name, const Hit& text, bool in_row) {
  if (!AreApart(name, text)) return;
  auto& waiting = in_row ? row_ : around_;
  waiting.push_back({name.hash, text.hash, name.number, name.line, in_row});
  if (in_row && waiting.size() == IndexLayers::kBatch) LookUp(row_);
  if (!in_row && waiting.size() == kMostWaiting) LookUpPairs(std::nullopt);
}

// What is in the rows comes first. Names of the open line may yet find their text there.
void PairFinder::LookUpPairs(std::optional<std::uint32_t> open_line) {
  LookUp(row_);
  std::erase_if(around_, [&](const Candidate& pair) {
    if (IsExplained(pair.number)) return true;
    if (pair.line == open_line) return false;
    due_.push_back(pair);
    return true;
  });
  LookUp(due_);
}

void PairFinder::LookUp(std::vector<Candidate>& candidates) {
  std::array<std::uint64_t, IndexLayers::kBatch> names;
  std::array<std::uint64_t, IndexLayers::kBatch> texts;
  std::array<std::uint64_t, IndexLayers::kBatch> pairs;
  std::array<bool, IndexLayers::kBatch> known{};
  for (std::size_t begin = 0; begin < candidates.size(); begin += pairs.size()) {
    const std::size_t count = std::min(pairs.size(), candidates.size() - begin);
    const std::size_t in_lanes = (count + kWordLanes - 1) / kWordLanes * kWordLanes;
    for (std::size_t i = 0; i < in_lanes; ++i) {
      const Candidate& pair = candidates[begin + std::min(i, count - 1)];
      names[i] = pair.name;
      texts[i] = pair.text;
    }
    hasher_.Pairs({{names.data(), in_lanes}, {texts.data(), in_lanes}}, {pairs.data(), in_lanes});
    layers_.FindPairs({pairs.data(), count}, {known.data(), count}, found_);
    for (std::size_t i = 0; i < count; ++i) {
      const Candidate& pair = candidates[begin + i];
      if (known[i] && pair.in_row) explained_[pair.number % explained_.size()] = pair.number + 1;
    }
  }
  candidates.clear();
}

}  // namespace vigie::customers
