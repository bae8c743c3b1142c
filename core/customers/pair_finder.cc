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

PairFinder::PairFinder(const IndexLayers& layers, const CellHasher& hasher, RecordSet& found)
    : layers_(layers), hasher_(hasher), found_(found) {
  offered_.reserve(IndexLayers::kBatch);
  offered_hashes_.reserve(IndexLayers::kBatch);
  pairs_.reserve(IndexLayers::kBatch);
}

void PairFinder::AddKnown(const TextToken& token) {
  if (token.after_gap) recent_count_ = 0;
  if (recent_count_ == recent_.size()) {
    std::move(recent_.begin() + 1, recent_.end(), recent_.begin());
    --recent_count_;
  }
  recent_[recent_count_++] = {token.hash, token.begin};
  const std::uint16_t counts = layers_.shape().word_counts;
  TokenSum sum;
  for (std::size_t tokens = 1; tokens <= recent_count_; ++tokens) {
    const RecentToken& first = recent_[recent_count_ - tokens];
    sum.Add(first.hash);
    if ((counts >> tokens & 1) != 0) Offer({hasher_.Words(sum), first.begin, token.end, token.line});
  }
}

void PairFinder::Offer(const Hit& hit) {
  offered_.push_back(hit);
  offered_hashes_.push_back(hit.hash);
  if (offered_.size() == IndexLayers::kBatch) LookUpWords();
}

void PairFinder::LookUpWords() {
  std::array<std::uint64_t, IndexLayers::kBatch> kinds{};
  layers_.FindWords(offered_hashes_, {kinds.data(), offered_.size()});
  for (std::size_t i = 0; i < offered_.size(); ++i) {
    if (kinds[i] != 0) TakeHit(offered_[i], kinds[i]);
  }
  offered_.clear();
  offered_hashes_.clear();
}

void PairFinder::Finish() {
  LookUpWords();
  LookUpPairs();
}

void PairFinder::TakeHit(const Hit& hit, std::uint64_t kinds) {
  if ((kinds & kIsName) != 0) {
    for (const Hit& text : texts_) TryPair(hit, text);
    names_.Add(hit);
  }
  if ((kinds & kIsText) != 0) {
    for (const Hit& name : names_) TryPair(name, hit);
    texts_.Add(hit);
  }
}

void PairFinder::TryPair(const Hit& name, const Hit& text) {
  if (!AreNear(name, text)) return;
  pairs_.push_back(hasher_.Pair(name.hash, text.hash));
  if (pairs_.size() == IndexLayers::kBatch) LookUpPairs();
}

void PairFinder::LookUpPairs() {
  layers_.FindPairs(pairs_, found_);
  pairs_.clear();
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
