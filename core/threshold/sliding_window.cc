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

constexpr std::size_t kFewRecords = 2048;  // of a step, in a list: who is seen again and again stands in it as often
constexpr std::size_t kFewKept = 128;      // of a list whose memory is kept
constexpr std::uint64_t kFewEvents = 4;    // of a step whose memory is kept
constexpr std::size_t kFewShells = 8;      // of steps that have expired

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
  customers += more.customers;
}

void SlidingWindow::Totals::TakeOff(const Totals& gone) {
  events -= gone.events;
  accesses -= gone.accesses;
  bytes -= gone.bytes;
  customers -= gone.customers;
}

void RecordBag::Add(std::span<const customers::RecordId> ids) {
  if (few_.size() + ids.size() <= kFewRecords) {
    few_.insert(few_.end(), ids.begin(), ids.end());
    return;
  }
  if (!many_) many_ = std::make_unique<customers::RecordSet>();
  many_->AddAll(few_);
  many_->AddAll(ids);
  few_ = {};
}

void RecordBag::Clear() {
  if (few_.capacity() > kFewKept) few_ = {};
  few_.clear();
  many_.reset();
}

void SlidingWindow::Step::Clear() {
  totals = {};
  records.Clear();
  files.clear();
  first_events.clear();
}

void RecordBag::UniteInto(customers::RecordSet& records) const {
  if (!few_.empty()) records.Unite(customers::RecordSet(few_));
  if (many_) records.Unite(*many_);
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
  return empty() || StepAt(at) >= newest_step_ - kSteps;
}

std::uint64_t SlidingWindow::Add(const Sample& sample, std::uint64_t exact_above) {
  const std::int64_t at = StepAt(sample.at);
  newest_step_ = empty() ? at : std::max(newest_step_, at);
  Expire();
  CountCustomers(totals_.customers + sample.records.size(), exact_above);
  const std::uint64_t before = Measured();
  Step& step = BeginStep(at);
  step.records.Add(sample.records);
  See(sample, at, step);
  Totals contribution{.customers = sample.records.size()};
  if (!sample.again) {
    contribution = {1, sample.accesses, sample.bytes, sample.records.size()};
    KeepFirst(step.first_events, sample.number);
  }
  step.totals.Add(contribution);
  totals_.Add(contribution);
  return before;
}

// It is given up only at half of that: so what was counted anew had come since, or nearly as much.
void SlidingWindow::CountCustomers(std::uint64_t with_sample, std::uint64_t exact_above) {
  if (measure_ != v1::MEASURE_DISTINCT_CUSTOMERS) return;
  if (counts_customers_) {
    if (with_sample >= exact_above / 2) return;
    counts_customers_ = false;
    records_ = LastSeen<customers::RecordId>();
    return;
  }
  if (with_sample <= exact_above) return;
  counts_customers_ = true;
  for (const Step& step : Live()) {
    step.records.Each([&](std::span<const customers::RecordId> ids) { records_.See(ids, step.at); });
  }
}

SlidingWindow::Step& SlidingWindow::BeginStep(std::int64_t at) {
  auto place = steps_.end();
  const auto first = steps_.begin() + static_cast<std::ptrdiff_t>(expired_);
  if (place != first && std::prev(place)->at >= at) place = std::ranges::lower_bound(first, place, at, {}, &Step::at);
  if (place != steps_.end() && place->at == at) return *place;
  Step& begun = *steps_.insert(place, spare_ ? std::move(*spare_) : Step());
  spare_.reset();
  begun.at = at;
  return begun;
}

void SlidingWindow::See(const Sample& sample, std::int64_t at, Step& step) {
  if (counts_customers_) records_.See(sample.records, at);
  if (measure_ != v1::MEASURE_DISTINCT_FILES || sample.file == 0) return;
  if (files_.See(sample.file, at)) step.files.push_back(sample.file);
}

void SlidingWindow::Expire() {
  const std::int64_t oldest = newest_step_ - kSteps;
  std::size_t end = expired_;
  while (end < steps_.size() && steps_[end].at < oldest) ++end;
  if (end == expired_) return;
  TakeOffTotals(end);
  for (std::size_t i = expired_; i < end; ++i) Forget(steps_[i]);
  GiveBack(end);
}

void SlidingWindow::Forget(const Step& step) {
  if (measure_ == v1::MEASURE_DISTINCT_FILES) files_.Forget(step.files, step.at);
  if (!counts_customers_) return;
  step.records.Each([&](std::span<const customers::RecordId> ids) { records_.Forget(ids, step.at); });
}

// What a step took from the allocator, the next one would take again: of a user who does little in each step, all that
// counting him costs.
void SlidingWindow::GiveBack(std::size_t end_of_expired) {
  Step& last = steps_[end_of_expired - 1];
  if (last.totals.events <= kFewEvents) {
    last.Clear();
    spare_ = std::move(last);
  }
  for (; expired_ < end_of_expired; ++expired_) steps_[expired_] = Step();
  if (expired_ < kFewShells || 2 * expired_ < steps_.size()) return;
  steps_.erase(steps_.begin(), steps_.begin() + static_cast<std::ptrdiff_t>(expired_));
  expired_ = 0;
  if (4 * steps_.size() < steps_.capacity()) steps_.shrink_to_fit();
}

void SlidingWindow::TakeOffTotals(std::size_t end_of_expired) {
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  const auto live = static_cast<std::ptrdiff_t>(end_of_expired);
  if (totals_.accesses < most && totals_.bytes < most) {
    for (std::size_t i = expired_; i < end_of_expired; ++i) totals_.TakeOff(steps_[i].totals);
    return;
  }
  // Saturated: what was cut off is not known.
  totals_ = {};
  for (auto step = steps_.cbegin() + live; step != steps_.cend(); ++step) totals_.Add(step->totals);
}

customers::RecordSet SlidingWindow::records() const {
  customers::RecordSet records;
  for (const Step& step : Live()) step.records.UniteInto(records);
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
      return counts_customers_ ? records_.size() : totals_.customers;
    default:
      return 0;  // no policy compiles with it
  }
}

std::vector<EventNumber> SlidingWindow::FirstEvents() const {
  std::vector<EventNumber> first;
  for (const Step& step : Live()) {
    const auto begin = static_cast<std::ptrdiff_t>(first.size());
    first.insert(first.end(), step.first_events.begin(), step.first_events.end());
    std::sort(first.begin() + begin, first.end());
    if (first.size() >= kMaxEventNumbers) break;
  }
  first.resize(std::min(first.size(), kMaxEventNumbers));
  return first;
}

}  // namespace vigie::threshold
