#include "core/threshold/late_history.h"

#include <algorithm>
#include <iterator>

#include "core/threshold/saturating_sum.h"

namespace vigie::threshold {
namespace {

// No sample can add more to a window.
std::uint64_t Most(const Sample& sample, v1::Measure measure) {
  if (measure == v1::MEASURE_DISTINCT_CUSTOMERS) return sample.records.size();
  if (measure == v1::MEASURE_BYTES) return sample.bytes;
  return measure == v1::MEASURE_EVENTS ? sample.accesses : 1;
}

}  // namespace

LateHistory::LateHistory(v1::Measure measure, std::chrono::nanoseconds window, std::uint64_t over, Answers answers)
    : measure_(measure), window_(window), step_(SlidingWindow::StepOf(window)), over_(over), answers_(answers) {
}

LateHistory::Added LateHistory::Add(const Sample& sample) {
  const std::int64_t step = SlidingWindow::StepAt(sample.at, step_);
  fullest_.reset();
  Followed& own = Follow(step);
  const std::uint64_t before = own.window.Add(sample);
  for (Followed& other : followed_) {
    if (&other != &own && other.end >= step && other.end - SlidingWindow::kSteps <= step) other.window.Add(sample);
  }
  Added added{&own.window, own.window.Measured(), before};
  if (MayBeFuller(added.measured, step)) {
    const std::int64_t end = FullestEnd(step, sample);
    fullest_ = NewWindow();
    Put(end - SlidingWindow::kSteps, end, *fullest_);
    const std::uint64_t others = fullest_->Add(sample);
    const std::uint64_t least = answers_ == Answers::kFullest ? added.measured : over_;
    if (fullest_->Measured() > least) added = {&*fullest_, fullest_->Measured(), others};
  }
  Keep(sample, step);
  return added;
}

void LateHistory::Put(std::int64_t from, std::int64_t to, SlidingWindow& window) const {
  for (auto at = samples_.lower_bound(from); at != samples_.end() && at->first <= to; ++at) {
    for (const Kept& kept : at->second) {
      Sample sample = kept.sample;
      sample.records = kept.records;
      window.Add(sample);
    }
  }
}

LateHistory::Followed& LateHistory::Follow(std::int64_t step) {
  auto nearest = followed_.end();
  for (auto other = followed_.begin(); other != followed_.end(); ++other) {
    if (other->end > step || other->end < step - SlidingWindow::kSteps) continue;
    if (nearest == followed_.end() || other->end > nearest->end) nearest = other;
  }
  if (nearest == followed_.end()) {
    if (followed_.size() == kMostFollowed) followed_.pop_back();
    followed_.push_front({NewWindow(), step});
    Put(step - SlidingWindow::kSteps, step, followed_.front().window);
    return followed_.front();
  }
  followed_.splice(followed_.begin(), followed_, nearest);
  Followed& own = followed_.front();
  Put(own.end + 1, step, own.window);
  own.end = step;
  return own;
}

std::uint64_t LateHistory::MostThatFollows(std::int64_t step) const {
  std::uint64_t most = 0;
  const std::int64_t last = step + SlidingWindow::kSteps;
  for (auto at = samples_.upper_bound(step); at != samples_.end() && at->first <= last; ++at) {
    for (const Kept& kept : at->second) {
      Sample sample = kept.sample;
      sample.records = kept.records;
      most = SaturatingSum(most, Most(sample, measure_));
      if (most > over_) return most;
    }
  }
  return most;
}

bool LateHistory::MayBeFuller(std::uint64_t measured, std::int64_t step) const {
  if (answers_ == Answers::kFullest) return MostThatFollows(step) > 0;
  return measured <= over_ && SaturatingSum(measured, MostThatFollows(step)) > over_;
}

std::int64_t LateHistory::FullestEnd(std::int64_t step, const Sample& sample) const {
  SlidingWindow window = NewWindow();
  Put(step - SlidingWindow::kSteps, step, window);
  window.Add(sample);
  std::int64_t end = step;
  std::uint64_t most = window.Measured();
  const std::int64_t last = step + SlidingWindow::kSteps;
  for (auto at = samples_.upper_bound(step); at != samples_.end() && at->first <= last; ++at) {
    Put(at->first, at->first, window);
    if (window.Measured() <= most) continue;
    most = window.Measured();
    end = at->first;
  }
  return end;
}

void LateHistory::Keep(const Sample& sample, std::int64_t step) {
  Kept& kept = samples_[step].emplace_back(Kept{sample, {sample.records.begin(), sample.records.end()}});
  kept.sample.records = {};
  bytes_ += kept.bytes();
  while (bytes_ > kMostBytes && samples_.size() > 1) {
    // Not what has just come, though it may be the oldest.
    const auto oldest = samples_.begin()->first == step ? std::next(samples_.begin()) : samples_.begin();
    for (const Kept& gone : oldest->second) bytes_ -= gone.bytes();
    let_go_ += oldest->second.size();
    samples_.erase(oldest);
  }
}

}  // namespace vigie::threshold
