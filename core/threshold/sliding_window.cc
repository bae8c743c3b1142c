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

constexpr std::size_t kFewRecords = 512;
constexpr std::size_t kFewKept = 128;    // of a list whose memory is kept
constexpr std::uint64_t kFewEvents = 4;  // of a step whose memory is kept

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

void RecordBag::Add(std::span<const customers::RecordId> ids) {
  if (few_.size() + ids.size() <= kFewRecords) {
    few_.insert(few_.end(), ids.begin(), ids.end());
    return;
  }
  many_.Unite(customers::RecordSet(few_));
  many_.Unite(customers::RecordSet(ids));
  few_ = {};
}

void RecordBag::Clear() {
  if (few_.capacity() > kFewKept) few_ = {};
  few_.clear();
  many_ = customers::RecordSet();
}

void SlidingWindow::Step::Clear() {
  totals = {};
  records.Clear();
  files.clear();
  first_events.clear();
}

void RecordBag::UniteInto(customers::RecordSet& records) const {
  if (!few_.empty()) records.Unite(customers::RecordSet(few_));
  records.Unite(many_);
}

std::chrono::nanoseconds SlidingWindow::StepOf(std::chrono::nanoseconds window) {
  return std::max(std::chrono::nanoseconds(1), (window + std::chrono::nanoseconds(kSteps - 1)) / kSteps);
}

std::int64_t SlidingWindow::StepAt(base::SystemTime at, std::chrono::nanoseconds step) {
  const std::int64_t time = at.time_since_epoch().count();
  return time / step.count() - (time % step.count() < 0 ? 1 : 0);
}

SlidingWindow::SlidingWindow(v1::Measure measure, std::chrono::nanoseconds window)
    : measure_(measure), step_(StepOf(window)) {
}

bool SlidingWindow::Covers(base::SystemTime at) const {
  return steps_.empty() || StepAt(at) >= newest_step_ - kSteps;
}

std::uint64_t SlidingWindow::Add(const Sample& sample) {
  const std::int64_t at = StepAt(sample.at);
  newest_step_ = steps_.empty() ? at : std::max(newest_step_, at);
  Expire();
  const std::uint64_t before = Measured();
  Step& step = BeginStep(at);
  step.records.Add(sample.records);
  See(sample, at, step);
  if (sample.again) return before;
  const Totals contribution{1, sample.accesses, sample.bytes};
  step.totals.Add(contribution);
  totals_.Add(contribution);
  KeepFirst(step.first_events, sample.number);
  return before;
}

SlidingWindow::Step& SlidingWindow::BeginStep(std::int64_t at) {
  const auto next = steps_.lower_bound(at);
  if (next != steps_.end() && next->first == at) return next->second;
  if (spare_.empty()) return steps_.try_emplace(next, at)->second;
  auto node = spare_.extract(spare_.begin());
  node.key() = at;
  return steps_.insert(next, std::move(node))->second;
}

void SlidingWindow::See(const Sample& sample, std::int64_t at, Step& step) {
  if (measure_ == v1::MEASURE_DISTINCT_CUSTOMERS) {
    for (const customers::RecordId id : sample.records) records_.See(id, at);
  }
  if (measure_ != v1::MEASURE_DISTINCT_FILES || sample.file == 0) return;
  if (files_.See(sample.file, at)) step.files.push_back(sample.file);
}

void SlidingWindow::Expire() {
  const std::int64_t oldest = newest_step_ - kSteps;
  if (steps_.empty() || steps_.begin()->first >= oldest) return;
  const auto end_of_expired = steps_.lower_bound(oldest);
  TakeOffTotals(end_of_expired);
  for (auto step = steps_.begin(); step != end_of_expired; ++step) {
    for (const std::uint64_t file : step->second.files) files_.Forget(file, step->first);
    if (measure_ != v1::MEASURE_DISTINCT_CUSTOMERS) continue;
    step->second.records.Each([&](customers::RecordId id) { records_.Forget(id, step->first); });
  }
  GiveBack(end_of_expired);
}

// What a step took from the allocator, the next one would take again: of a user who does little in each step, all that
// counting him costs.
void SlidingWindow::GiveBack(Steps::const_iterator end_of_expired) {
  const auto last = std::prev(end_of_expired);
  const bool is_small = last->second.totals.events <= kFewEvents;
  steps_.erase(steps_.cbegin(), is_small ? last : end_of_expired);
  if (!is_small) return;
  auto node = steps_.extract(last);
  node.mapped().Clear();
  spare_.clear();
  spare_.insert(std::move(node));
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

customers::RecordSet SlidingWindow::records() const {
  customers::RecordSet records;
  for (const auto& [at, step] : steps_) step.records.UniteInto(records);
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
