#include "core/threshold/sliding_window.h"

#include <algorithm>
#include <limits>

namespace vigie::threshold {
namespace {

// A measure that wrapped around would fall below its threshold.
std::uint64_t SaturatingSum(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  return b > most - a ? most : a + b;
}

constexpr std::int64_t kBlockSteps = 16;

std::int64_t BlockOf(std::int64_t step) {
  return step / kBlockSteps - (step % kBlockSteps < 0 ? 1 : 0);
}

void KeepFirst(std::vector<EventNumber>& heap, const EventNumber& number) {
  if (heap.size() == SlidingWindow::kMaxEventNumbers) {
    if (number > heap.front()) return;
    std::ranges::pop_heap(heap);
    heap.pop_back();
  }
  heap.push_back(number);
  std::ranges::push_heap(heap);
}

}  // namespace

void SlidingWindow::Totals::Add(const Totals& more) {
  events += more.events;
  accesses = SaturatingSum(accesses, more.accesses);
  bytes = SaturatingSum(bytes, more.bytes);
}

void SlidingWindow::Totals::TakeOff(const Totals& gone) {
  events -= gone.events;
  accesses -= gone.accesses;
  bytes -= gone.bytes;
}

std::chrono::nanoseconds SlidingWindow::StepOf(std::chrono::nanoseconds window) {
  return std::max(std::chrono::nanoseconds(1), (window + std::chrono::nanoseconds(kSteps - 1)) / kSteps);
}

SlidingWindow::SlidingWindow(v1::Measure measure, std::chrono::nanoseconds window)
    : measure_(measure), step_ns_(StepOf(window).count()) {
}

std::int64_t SlidingWindow::StepAt(base::SystemTime at) const {
  const std::int64_t time = at.time_since_epoch().count();
  return time / step_ns_ - (time % step_ns_ < 0 ? 1 : 0);
}

bool SlidingWindow::Covers(base::SystemTime at) const {
  return steps_.empty() || StepAt(at) >= newest_step_ - kSteps;
}

void SlidingWindow::Add(const Sample& sample) {
  const std::int64_t at = StepAt(sample.at);
  newest_step_ = steps_.empty() ? at : std::max(newest_step_, at);
  Expire();
  const Totals contribution{1, sample.accesses, sample.bytes};
  Step& step = steps_[at];
  step.totals.Add(contribution);
  totals_.Add(contribution);
  step.records.Unite(sample.records);
  if (counts_customers()) {
    blocks_[BlockOf(at)].Unite(sample.records);
    records_.Unite(sample.records);
  }
  KeepFirst(step.first_events, sample.number);
  if (measure_ != v1::MEASURE_DISTINCT_FILES || sample.file.empty()) return;
  std::int64_t& last_seen = files_.try_emplace(sample.file, at).first->second;
  last_seen = std::max(last_seen, at);
}

void SlidingWindow::Expire() {
  const std::int64_t oldest = newest_step_ - kSteps;
  if (steps_.empty() || steps_.begin()->first >= oldest) return;
  const auto end_of_expired = steps_.lower_bound(oldest);
  TakeOff(end_of_expired);
  steps_.erase(steps_.begin(), end_of_expired);
  std::erase_if(files_, [oldest](const auto& file) { return file.second < oldest; });
}

template <typename Use>
void SlidingWindow::EachPart(Steps::const_iterator remaining, Use use) const {
  if (remaining == steps_.end()) return;
  // The first block may hold what has expired: its steps stand for it.
  const std::int64_t first = BlockOf(remaining->first);
  for (; remaining != steps_.end() && BlockOf(remaining->first) == first; ++remaining) {
    if (!use(remaining->second.records)) return;
  }
  for (auto block = blocks_.upper_bound(first); block != blocks_.end(); ++block) {
    if (!use(block->second)) return;
  }
}

bool SlidingWindow::AllStillThere(const customers::RecordSet& records, Steps::const_iterator remaining) const {
  // A large set is sooner united again than looked for one by one.
  constexpr std::uint32_t kFew = 256;
  if (records.size() > kFew) return false;
  std::vector<customers::RecordId> missing = records.Ids();
  EachPart(remaining, [&](const customers::RecordSet& part) {
    std::erase_if(missing, [&](customers::RecordId id) { return part.Contains(id); });
    return !missing.empty();
  });
  return missing.empty();
}

void SlidingWindow::TakeOffTotals(Steps::const_iterator end_of_expired) {
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  if (totals_.accesses < most && totals_.bytes < most) {
    for (auto step = steps_.cbegin(); step != end_of_expired; ++step) totals_.TakeOff(step->second.totals);
    return;
  }
  // Saturated: what was cut off is not known.
  totals_ = {};
  for (auto step = end_of_expired; step != steps_.cend(); ++step) totals_.Add(step->second.totals);
}

void SlidingWindow::TakeOff(Steps::const_iterator end_of_expired) {
  TakeOffTotals(end_of_expired);
  if (!counts_customers()) return;
  customers::RecordSet gone;
  for (auto step = steps_.cbegin(); step != end_of_expired; ++step) gone.Unite(step->second.records);
  blocks_.erase(blocks_.begin(),
                end_of_expired == steps_.cend() ? blocks_.end() : blocks_.lower_bound(BlockOf(end_of_expired->first)));
  if (AllStillThere(gone, end_of_expired)) return;
  records_ = {};
  EachPart(end_of_expired, [&](const customers::RecordSet& part) {
    records_.Unite(part);
    return true;
  });
}

customers::RecordSet SlidingWindow::records() const {
  if (counts_customers()) return records_;
  customers::RecordSet records;
  for (const auto& [at, step] : steps_) records.Unite(step.records);
  return records;
}

std::uint64_t SlidingWindow::Measured() const {
  switch (measure_) {
    case v1::MEASURE_EVENTS:
      return totals_.accesses;
    case v1::MEASURE_BYTES:
      return totals_.bytes;
    case v1::MEASURE_DISTINCT_FILES:
      return files_.size();
    case v1::MEASURE_DISTINCT_CUSTOMERS:
      return records_.size();
    default:
      return 0;  // no policy compiles with it
  }
}

std::vector<EventNumber> SlidingWindow::FirstEvents() const {
  std::vector<EventNumber> first;
  for (const auto& [at, step] : steps_) {
    const auto begin = static_cast<std::ptrdiff_t>(first.size());
    first.insert(first.end(), step.first_events.begin(), step.first_events.end());
    std::sort(first.begin() + begin, first.end());
    if (first.size() >= kMaxEventNumbers) break;
  }
  first.resize(std::min(first.size(), kMaxEventNumbers));
  return first;
}

}  // namespace vigie::threshold
