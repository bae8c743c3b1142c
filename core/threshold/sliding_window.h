#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/customers/record_set.h"
#include "core/threshold/front_trimmed.h"
#include "core/threshold/last_seen.h"
#include "platform/base/clock.h"
#include "vigie/v1/policy.pb.h"

namespace vigie::threshold {

// An event's id in little space; `agent` is a number that the engine gave it. Ordered by time first.
struct EventNumber {
  std::int64_t at_ns = 0;
  std::uint32_t agent = 0;
  std::uint64_t boot_epoch = 0;
  std::uint64_t sequence = 0;

  auto operator<=>(const EventNumber&) const = default;
};

// What one event contributes.
struct Sample {
  base::SystemTime at;
  EventNumber number;
  std::uint64_t accesses = 1;  // the event itself and those folded into it
  std::uint64_t bytes = 0;
  std::uint64_t file = 0;  // a hash of its identity; 0 = none
  std::span<const customers::RecordId> records;
  bool again = false;                                   // added before: only its records are new
  base::SystemTime received = base::SystemTime::min();  // from when on it was known; min = no later than `at`
};

// Some customers: a list while they are few, a record set when they are more.
class RecordBag {
 public:
  void Add(std::span<const customers::RecordId> ids);
  void UniteInto(customers::RecordSet& records) const;
  // Gives each at least once, in lists.
  template <typename Use>
  void Each(Use use) const {
    use(std::span<const customers::RecordId>(few_));
    if (many_) use(std::span<const customers::RecordId>(many_->Ids()));
  }

 private:
  std::vector<customers::RecordId> few_;
  std::unique_ptr<customers::RecordSet> many_;
};

// What happened in the last `window`, in 512 steps: the window ends with the newest sample, and the step in which it
// begins counts whole. So it is never shorter than asked for, and longer by less than a step (0.2 %). Samples may come
// late. Adding costs as much as the sample holds, and where it begins a step before later ones, the moving of those;
// what leaves the window costs as much as when it came. Of distinct customers a bound is kept for who asks only whether
// they are more than so many: they are counted only when the bound is, and one by one only while they are nearly so
// many or more. Takes some 250 bytes, and twice the sum of 64 bytes for each step that saw an event, 4 for each
// customer of each event and 32 for each of the first 1000 events of a step; while distinct customers are counted one
// by one about 20 bytes for each in the window, with distinct files about 60. Nothing is capped. Deterministic. Not
// thread-safe.
class SlidingWindow {
 public:
  static constexpr std::int64_t kSteps = 512;
  static constexpr std::size_t kMaxEventNumbers = 1000;

  // The length of one step of `window`.
  static std::chrono::nanoseconds StepOf(std::chrono::nanoseconds window);
  // In steps of that length since 1970.
  static std::int64_t StepAt(base::SystemTime at, std::chrono::nanoseconds step);

  SlidingWindow(v1::Measure measure, std::chrono::nanoseconds window);

  // Not older than the window. Always true while it is empty.
  bool Covers(base::SystemTime at) const;
  // In an earlier step than the newest sample.
  bool IsBehind(base::SystemTime at) const { return !empty() && StepAt(at) < newest_step_; }
  // Only what it covers. Newer samples push old ones out. Returns what is then measured without the sample itself. Of
  // distinct customers neither this nor Measured needs to be exact if it is no more than `exact_above`: then it is no
  // more than that, and no less than what is exact.
  std::uint64_t Add(const Sample& sample, std::uint64_t exact_above = 0);

  std::uint64_t Measured() const;
  std::uint64_t events() const { return totals_.events; }
  // That of the newest sample, with which the window ends.
  std::int64_t newest_step() const { return newest_step_; }
  // Worked out here.
  customers::RecordSet records() const;
  // At most 1000, oldest first.
  std::vector<EventNumber> FirstEvents() const;

 private:
  struct Totals {
    std::uint64_t events = 0;
    std::uint64_t accesses = 0;
    std::uint64_t bytes = 0;
    std::uint64_t customers = 0;  // of each sample
    void Add(const Totals& more);
    void TakeOff(const Totals& gone);
  };
  // Of a step what did not come in its turn, or is much.
  struct Extra {
    RecordBag records;
    std::vector<std::uint64_t> files;
    std::vector<EventNumber> first_events;  // a heap once it is full, the latest in front
  };
  // Its customers, files and events stand in those of all steps, as many as it says, in the order of the steps.
  struct Step {
    std::int64_t at = 0;
    Totals totals;
    std::uint32_t records = 0;
    std::uint32_t files = 0;
    std::uint32_t first_events = 0;
    std::unique_ptr<Extra> extra;
    Extra& MakeExtra();
  };

  std::int64_t StepAt(base::SystemTime at) const { return StepAt(at, step_); }
  bool empty() const { return steps_.empty(); }
  Step& BeginStep(std::int64_t at);  // or the one that is there
  void Expire();
  void Forget(std::size_t steps);  // the first ones
  void TakeOffTotals(std::size_t steps);
  void KeepRecords(std::span<const customers::RecordId> records, Step& step);
  void KeepFirst(const EventNumber& number, Step& step);
  void SeeFile(std::uint64_t file, Step& step);
  bool IsLast(const Step& step) const { return &step == &steps_.all().back(); }
  // Calls `use` with the customers of each of the first so many steps, and the step.
  template <typename Use>
  void EachRecords(std::size_t steps, Use use) const;
  // Whether each of its customers is counted from now on, before those of a sample come.
  void CountCustomers(std::uint64_t coming, std::uint64_t exact_above);
  // Whether so many are fewer than that by a `part`th of what stands in the window, so that they need not be counted.
  bool IsFarBelow(std::uint64_t customers, std::uint64_t exact_above, std::uint64_t part) const;
  void GiveUpCounting();

  v1::Measure measure_;
  std::chrono::nanoseconds step_;
  std::int64_t newest_step_ = 0;
  Totals totals_;                     // over all steps; put right when a step expires
  std::uint64_t most_customers_ = 0;  // while they are not counted: no more are distinct, as far as it is known
  bool counts_customers_ = false;     // seen_records_ is of all steps; else it is empty
  FrontTrimmed<Step> steps_;          // in order of time
  FrontTrimmed<customers::RecordId> records_;
  FrontTrimmed<EventNumber> first_events_;      // of each step as in Extra
  FrontTrimmed<std::uint64_t> step_files_;      // of distinct files only; each once in a step
  LastSeen<customers::RecordId> seen_records_;  // of distinct customers only
  LastSeen<std::uint64_t> files_;               // of distinct files only
};

}  // namespace vigie::threshold
