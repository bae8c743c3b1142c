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

void PairFinder::LookUpWords() {
  std::array<std::uint64_t, IndexLayers::kBatch> kinds{};
  const std::span<const std::uint64_t> hashes(offered_hashes_.data(), offered_count_);
  layers_.FindWords(hashes, {kinds.data(), hashes.size()});
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    if (kinds[i] != 0) TakeHit(offered_[i], kinds[i]);
  }
  offered_count_ = 0;
}

void PairFinder::Finish() {
  LookUpWords();
  LookUpPairs(std::nullopt);
}

void PairFinder::TakeHit(const Hit& hit, std::uint64_t kinds) {
  if ((kinds & kIsName) != 0) {
    Hit name = hit;
    name.number = name_count_++;
    const auto texts = texts_.hits();
    for (auto text = texts.rbegin(); text != texts.rend() && !IsOutOfReach(*text, name); ++text) TryPair(name, *text);
    names_.Add(name);
  }
  if ((kinds & kIsText) != 0) {
    const auto names = names_.hits();
    for (auto name = names.rbegin(); name != names.rend() && !IsOutOfReach(*name, hit); ++name) TryPair(*name, hit);
    texts_.Add(hit);
  }
}

void PairFinder::TryPair(const Hit& name, const Hit& text) {
  if (!AreApart(name, text)) return;
  const bool in_row = name.line == text.line;
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
  std::array<std::uint64_t, IndexLayers::kBatch> pairs{};
  std::array<bool, IndexLayers::kBatch> known{};
  for (std::size_t begin = 0; begin < candidates.size(); begin += pairs.size()) {
    const std::size_t count = std::min(pairs.size(), candidates.size() - begin);
    for (std::size_t i = 0; i < count; ++i) {
      pairs[i] = hasher_.Pair(candidates[begin + i].name, candidates[begin + i].text);
    }
    layers_.FindPairs({pairs.data(), count}, {known.data(), count}, found_);
    for (std::size_t i = 0; i < count; ++i) {
      const Candidate& pair = candidates[begin + i];
      if (known[i] && pair.in_row) explained_[pair.number % explained_.size()] = pair.number + 1;
    }
  }
  candidates.clear();
}

}  // namespace vigie::customers
