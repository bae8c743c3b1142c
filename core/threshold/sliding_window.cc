#include "core/threshold/sliding_window.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/threshold/saturating_sum.h"

namespace vigie::threshold {
namespace {

constexpr std::size_t kFewRecords = 2048;  // of a step, in a list: who is seen again and again stands in it as often
// Counting the customers of a window anew costs as much as all that stands in it: it is done no more often than the
// eighth part of that has come.
constexpr std::uint64_t kPartAfterCount = 8;
constexpr std::uint64_t kPartToGiveUp = 4;

// Those it keeps are a heap.
void ReplaceLatest(std::span<EventNumber> heap, const EventNumber& number) {
  if (number > heap.front()) return;
  std::ranges::pop_heap(heap);
  heap.back() = number;
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

SlidingWindow::Extra& SlidingWindow::Step::MakeExtra() {
  if (!extra) extra = std::make_unique<Extra>();
  return *extra;
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
  CountCustomers(sample.records.size(), exact_above);
  const std::uint64_t before = Measured();
  Step& step = BeginStep(at);
  KeepRecords(sample.records, step);
  SeeFile(sample.file, step);
  Totals contribution{.customers = sample.records.size()};
  if (!sample.again) {
    contribution = {1, sample.accesses, sample.bytes, sample.records.size()};
    KeepFirst(sample.number, step);
  }
  step.totals.Add(contribution);
  totals_.Add(contribution);
  return before;
}

void SlidingWindow::CountCustomers(std::uint64_t coming, std::uint64_t exact_above) {
  if (measure_ != v1::MEASURE_DISTINCT_CUSTOMERS) return;
  if (counts_customers_) {
    if (IsFarBelow(seen_records_.size() + coming, exact_above, kPartToGiveUp)) GiveUpCounting();
    return;
  }
  most_customers_ = std::min(most_customers_, totals_.customers);
  if (most_customers_ + coming <= exact_above) return;
  counts_customers_ = true;
  seen_records_.Reserve(std::min(totals_.customers, exact_above) + coming);
  EachRecords(steps_.size(),
              [this](std::span<const customers::RecordId> ids, const Step& step) { seen_records_.See(ids, step.at); });
  if (IsFarBelow(seen_records_.size() + coming, exact_above, kPartAfterCount)) GiveUpCounting();
}

bool SlidingWindow::IsFarBelow(std::uint64_t customers, std::uint64_t exact_above, std::uint64_t part) const {
  return customers < exact_above && exact_above - customers >= totals_.customers / part;
}

void SlidingWindow::GiveUpCounting() {
  most_customers_ = seen_records_.size();
  seen_records_ = LastSeen<customers::RecordId>();
  counts_customers_ = false;
}

SlidingWindow::Step& SlidingWindow::BeginStep(std::int64_t at) {
  const std::span<Step> steps = steps_.all();
  auto place = steps.end();
  if (!steps.empty() && steps.back().at >= at) place = std::ranges::lower_bound(steps, at, {}, &Step::at);
  if (place != steps.end() && place->at == at) return *place;
  Step begun;
  begun.at = at;
  return steps_.Insert(static_cast<std::size_t>(place - steps.begin()), std::move(begun));
}

void SlidingWindow::KeepRecords(std::span<const customers::RecordId> records, Step& step) {
  if (records.empty()) return;
  if (counts_customers_) {
    seen_records_.See(records, step.at);
  } else {
    most_customers_ += records.size();
  }
  if (!IsLast(step) || step.records + records.size() > kFewRecords) {
    step.MakeExtra().records.Add(records);
    return;
  }
  records_.Append(records);
  step.records += static_cast<std::uint32_t>(records.size());
}

void SlidingWindow::KeepFirst(const EventNumber& number, Step& step) {
  if (IsLast(step)) {
    if (step.first_events == kMaxEventNumbers) return ReplaceLatest(first_events_.all().last(kMaxEventNumbers), number);
    first_events_.PushBack(number);
    if (++step.first_events == kMaxEventNumbers) std::ranges::make_heap(first_events_.all().last(kMaxEventNumbers));
    return;
  }
  std::vector<EventNumber>& late = step.MakeExtra().first_events;
  if (late.size() == kMaxEventNumbers) return ReplaceLatest(late, number);
  late.push_back(number);
  if (late.size() == kMaxEventNumbers) std::ranges::make_heap(late);
}

void SlidingWindow::SeeFile(std::uint64_t file, Step& step) {
  if (measure_ != v1::MEASURE_DISTINCT_FILES || file == 0 || !files_.See(file, step.at)) return;
  if (!IsLast(step)) {
    step.MakeExtra().files.push_back(file);
    return;
  }
  step_files_.PushBack(file);
  ++step.files;
}

template <typename Use>
void SlidingWindow::EachRecords(std::size_t steps, Use use) const {
  std::size_t from = 0;
  for (const Step& step : steps_.all().first(steps)) {
    use(records_.all().subspan(from, step.records), step);
    from += step.records;
    if (step.extra) step.extra->records.Each([&](std::span<const customers::RecordId> ids) { use(ids, step); });
  }
}

void SlidingWindow::Expire() {
  const std::int64_t oldest = newest_step_ - kSteps;
  const std::span<const Step> steps = std::as_const(steps_).all();
  std::size_t expired = 0;
  while (expired < steps.size() && steps[expired].at < oldest) ++expired;
  if (expired == 0) return;
  TakeOffTotals(expired);
  Forget(expired);
}

void SlidingWindow::Forget(std::size_t steps) {
  if (counts_customers_) {
    EachRecords(steps, [this](std::span<const customers::RecordId> ids, const Step& step) {
      seen_records_.Forget(ids, step.at);
    });
  }
  std::size_t records = 0;
  std::size_t files = 0;
  std::size_t first_events = 0;
  for (Step& step : steps_.all().first(steps)) {
    if (step.files > 0) files_.Forget(std::as_const(step_files_).all().subspan(files, step.files), step.at);
    if (step.extra) files_.Forget(step.extra->files, step.at);
    records += step.records;
    files += step.files;
    first_events += step.first_events;
    step.extra.reset();
  }
  records_.TakeFront(records);
  step_files_.TakeFront(files);
  first_events_.TakeFront(first_events);
  steps_.TakeFront(steps);
}

void SlidingWindow::TakeOffTotals(std::size_t steps) {
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  const std::span<const Step> all = std::as_const(steps_).all();
  if (totals_.accesses < most && totals_.bytes < most) {
    for (const Step& step : all.first(steps)) totals_.TakeOff(step.totals);
    return;
  }
  // Saturated: what was cut off is not known.
  totals_ = {};
  for (const Step& step : all.subspan(steps)) totals_.Add(step.totals);
}

customers::RecordSet SlidingWindow::records() const {
  customers::RecordSet records(records_.all());
  for (const Step& step : steps_.all()) {
    if (step.extra) step.extra->records.UniteInto(records);
  }
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
      return counts_customers_ ? seen_records_.size() : std::min(most_customers_, totals_.customers);
    default:
      return 0;  // no policy compiles with it
  }
}

std::vector<EventNumber> SlidingWindow::FirstEvents() const {
  std::vector<EventNumber> first;
  std::span<const EventNumber> rest = first_events_.all();
  for (const Step& step : steps_.all()) {
    const auto begin = static_cast<std::ptrdiff_t>(first.size());
    first.insert(first.end(), rest.begin(), rest.begin() + step.first_events);
    rest = rest.subspan(step.first_events);
    if (step.extra) first.insert(first.end(), step.extra->first_events.begin(), step.extra->first_events.end());
    std::sort(first.begin() + begin, first.end());
    if (first.size() >= kMaxEventNumbers) break;
  }
  first.resize(std::min(first.size(), kMaxEventNumbers));
  return first;
}

}  // namespace vigie::threshold
