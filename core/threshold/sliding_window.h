#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/customers/record_set.h"
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
  void Clear();  // the memory of a short list stays
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
// what leaves the window costs as much as when it came. Distinct customers are counted one by one only once they may be
// more than who asks wants to know. Takes some 300 bytes, and for each step that saw an event 110
// to 220 bytes, its customers, and 32 bytes for each of its first 1000 events; with distinct customers about 20 bytes
// for each in the window, with distinct files about 45. Nothing is capped. Deterministic. Not thread-safe.
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
  struct Step {
    std::int64_t at = 0;
    Totals totals;
    RecordBag records;
    std::vector<std::uint64_t> files;       // of distinct files only; each once
    std::vector<EventNumber> first_events;  // a heap, the latest in front
    void Clear();
  };

  std::int64_t StepAt(base::SystemTime at) const { return StepAt(at, step_); }
  bool empty() const { return expired_ == steps_.size(); }
  std::span<const Step> Live() const { return std::span(steps_).subspan(expired_); }
  Step& BeginStep(std::int64_t at);  // or the one that is there
  void Expire();
  void Forget(const Step& step);
  void GiveBack(std::size_t end_of_expired);
  void TakeOffTotals(std::size_t end_of_expired);
  void See(const Sample& sample, std::int64_t at, Step& step);
  // Whether each of its customers is counted from now on.
  void CountCustomers(std::uint64_t with_sample, std::uint64_t exact_above);

  v1::Measure measure_;
  std::chrono::nanoseconds step_;
  std::int64_t newest_step_ = 0;
  std::vector<Step> steps_;                // in order of time; those before expired_ are empty shells
  std::size_t expired_ = 0;                // less than half of them, or few
  std::optional<Step> spare_;              // one that has expired, whose memory the next that begins takes
  Totals totals_;                          // over all steps; put right when a step expires
  bool counts_customers_ = false;          // records_ is of all steps; else it is empty
  LastSeen<customers::RecordId> records_;  // of distinct customers only
  LastSeen<std::uint64_t> files_;          // of distinct files only
};

}  // namespace vigie::threshold
