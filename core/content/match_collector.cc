#include "core/content/match_collector.h"

#include <algorithm>
#include <tuple>

namespace vigie::content {
namespace {

bool IsBetter(const DetectedMatch& a, const DetectedMatch& b) {
  const auto worth = [](const DetectedMatch& found) {
    return std::tuple(-found.certainty(), found.context_distance, found.match.begin - found.match.end, found.detector);
  };
  return worth(a) < worth(b);
}

}  // namespace

int DetectedMatch::certainty() const {
  constexpr int kFairWorth = 2;
  constexpr int kStrongWorth = 6;
  constexpr int kContextWorth = 3;
  const int proof = match.proof == Proof::kStrong ? kStrongWorth : (match.proof == Proof::kFair ? kFairWorth : 0);
  return proof + (has_context() ? kContextWorth : 0);
}

void OverlapResolver::Add(const DetectedMatch& next) {
  while (!kept_.empty() && kept_.back().match.end > next.match.begin) {
    if (!IsBetter(next, kept_.back())) return;
    kept_.pop_back();
  }
  kept_.push_back(next);
}

MatchCollector::MatchCollector(std::span<const Detector* const> detectors, ContextFinder& contexts)
    : contexts_(contexts), lends_until_(detectors.size()), lends_beyond_(detectors.size()) {
  for (const auto* detector : detectors) has_context_words_.push_back(!detector->context_words().empty());
}

void MatchCollector::Reset(const ContentBuffer& buffer) {
  buffer_ = buffer;
  offered_.clear();
  resolver_.Clear();
  is_sorted_ = true;
  pass_ = 0;
  BeginPass();
}

void MatchCollector::StartOver() {
  EndPass();
  ++pass_;
  BeginPass();
}

// What is repeated of the last buffer is lent, too: its values overlap here what they overlapped there.
void MatchCollector::BeginPass() {
  pass_begin_ = offered_.size();
  contexts_.Reset(buffer_.text);
  std::ranges::fill(lends_until_, 0);
  if (buffer_.lent != nullptr) {
    const auto& reaches = buffer_.lent->reaches[pass_];
    for (std::size_t i = 0; i < reaches.size(); ++i) {
      if (reaches[i] > 0) lends_until_[i] = buffer_.fresh_begin + reaches[i];
    }
  }
  lends_beyond_ = lends_until_;
  any_lends_until_ = lends_until_.empty() ? 0 : std::ranges::max(lends_until_);
}

void MatchCollector::EndPass() {
  if (buffer_.lent == nullptr || !buffer_.more_follows) return;
  auto& reaches = buffer_.lent->reaches[pass_];
  reaches.resize(lends_beyond_.size());
  const auto cut = buffer_.fresh_end;
  std::ranges::transform(lends_beyond_, reaches.begin(), [&](auto until) { return until - std::min(until, cut); });
}

bool MatchCollector::Offer(std::size_t detector, const Match& match, bool is_near_words) {
  const auto distance =
      has_context_words_[detector] ? ContextDistance(detector, match, is_near_words) : DetectedMatch::kNoContext;
  if (match.needs_context && distance == DetectedMatch::kNoContext) return false;
  const DetectedMatch found{detector, match, distance};
  const bool is_first = offered_.size() == pass_begin_;
  if (!is_first && match.begin < offered_.back().match.begin) is_sorted_ = false;
  // Of what overlaps the last one of the same class only the better one needs to be remembered.
  if (!is_first && is_sorted_ && offered_.back().match.end > match.begin) {
    if (!IsBetter(found, offered_.back())) return true;
    offered_.pop_back();
  }
  offered_.push_back(found);
  return true;
}

const std::vector<DetectedMatch>& MatchCollector::Finish() {
  EndPass();
  const auto begin_of = [](const DetectedMatch& found) { return found.match.begin; };
  if (!is_sorted_) {
    std::ranges::sort(offered_, {}, begin_of);
    pass_begin_ = offered_.size();
  }
  // Of both passes the one that begins first; the first pass where they begin alike.
  const auto first = std::span(offered_).first(pass_begin_);
  auto next = first.begin();
  for (const auto& found : std::span(offered_).subspan(pass_begin_)) {
    for (; next != first.end() && begin_of(*next) <= begin_of(found); ++next) resolver_.Add(*next);
    resolver_.Add(found);
  }
  for (; next != first.end(); ++next) resolver_.Add(*next);
  return resolver_.kept();
}

unsigned MatchCollector::ContextDistance(std::size_t detector, const Match& match, bool is_near_words) {
  const bool is_lent = IsLentContext(detector, match.begin);
  if (!is_near_words && !is_lent) return DetectedMatch::kNoContext;
  auto distance = DetectedMatch::kNoContext;
  if (is_near_words) {
    distance = contexts_.Distance({detector, match.begin, match.end}).value_or(DetectedMatch::kNoContext);
  }
  if (distance == DetectedMatch::kNoContext && is_lent) distance = ContextFinder::kReach + 1;
  if (distance == DetectedMatch::kNoContext) return distance;
  auto& until = lends_until_[detector];
  until = std::max(until, match.end + kLendingReach);
  any_lends_until_ = std::max(any_lends_until_, until);
  if (match.begin < buffer_.fresh_end) lends_beyond_[detector] = until;
  return distance;
}

}  // namespace vigie::content
