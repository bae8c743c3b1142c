#include "core/customers/pair_finder.h"

#include <algorithm>

#include "core/customers/index_format.h"

namespace vigie::customers {

void PairFinder::RecentHits::Add(const Hit& hit) {
  // The last two of a cell are enough: what was near to an earlier one has been tried. One would not be: the latest may
  // lie inside of the cell that is still to come (a company called like its owner).
  Hit* older = nullptr;
  std::size_t same = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    if (hits_[i].hash != hit.hash) continue;
    if (hit.begin < hits_[i].end) return;  // the same words in another order: Bel, Jean | Bel
    ++same;
    if (older == nullptr || hits_[i].begin < older->begin) older = &hits_[i];
  }
  if (same >= 2) {
    *older = hit;
  } else if (size_ < hits_.size()) {
    hits_[size_++] = hit;
  } else {
    hits_[oldest_] = hit;
    oldest_ = (oldest_ + 1) % hits_.size();
  }
}

void PairFinder::Add(const Token& token, const std::function<void(std::uint64_t)>& take) {
  if (index_.word_counts == 0) return;
  if (token.after_line_break) ++line_;
  if (token.after_line_break || token.after_gap) recent_count_ = 0;
  Remember(token);
  TryWindows(token, take);
}

// A cell consists of tokens that the index knows: after any other no cell can go on.
void PairFinder::Remember(const Token& token) {
  const TokenSum sum = index_.hasher.OfToken(token.folded);
  if (!index_.tokens.Find(sum.low)) {
    recent_count_ = 0;
    return;
  }
  if (recent_count_ == recent_.size()) {
    std::move(recent_.begin() + 1, recent_.end(), recent_.begin());
    --recent_count_;
  }
  recent_[recent_count_++] = {sum, token.begin};
}

void PairFinder::TryWindows(const Token& token, const std::function<void(std::uint64_t)>& take) {
  TokenSum sum;
  for (std::size_t tokens = 1; tokens <= recent_count_; ++tokens) {
    const RecentToken& first = recent_[recent_count_ - tokens];
    sum.Add(first.sum);
    if ((index_.word_counts >> tokens & 1) == 0) continue;
    const std::uint64_t hash = index_.hasher.Words(sum);
    if (const auto kinds = index_.words.Find(hash)) TakeHit({hash, first.begin, token.end, line_}, *kinds, take);
  }
}

void PairFinder::TakeHit(const Hit& hit, std::uint64_t kinds, const std::function<void(std::uint64_t)>& take) {
  if ((kinds & kIsName) != 0) {
    for (const Hit& text : texts_) TryPair(hit, text, take);
    names_.Add(hit);
  }
  if ((kinds & kIsText) != 0) {
    for (const Hit& name : names_) TryPair(name, hit, take);
    texts_.Add(hit);
  }
}

void PairFinder::TryPair(const Hit& name, const Hit& text, const std::function<void(std::uint64_t)>& take) const {
  if (!AreNear(name, text)) return;
  if (const auto record = index_.pairs.Find(index_.hasher.Pair(name.hash, text.hash))) take(*record);
}

// Overlapping cells are one piece of evidence, not two: a company that is called like its owner.
bool PairFinder::AreNear(const Hit& a, const Hit& b) {
  const Hit& left = a.begin <= b.begin ? a : b;
  const Hit& right = a.begin <= b.begin ? b : a;
  if (right.begin < left.end) return false;
  const std::size_t gap = right.begin - left.end;
  return gap <= kNearBytes || (a.line == b.line && gap <= kMaxRowBytes);
}

}  // namespace vigie::customers
