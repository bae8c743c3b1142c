#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
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
  // Each at least once.
  template <typename Use>
  void Each(Use use) const {
    for (const customers::RecordId id : few_) use(id);
    for (const customers::RecordId id : many_.Ids()) use(id);
  }

 private:
  std::vector<customers::RecordId> few_;
  customers::RecordSet many_;
};

// What happened in the last `window`, in 512 steps: the window ends with the newest sample, and the step in which it
// begins counts whole. So it is never shorter than asked for, and longer by less than a step (0.2 %). Samples may come
// late. Adding costs as much as the sample holds; what leaves the window costs as much as when it came. Takes some 400
// bytes, and for each step that saw an event about 200 bytes, its customers, and 32 bytes for each of its first 1000
// events; with distinct customers about 30 bytes for each in the window, with distinct files about 45. Nothing is
// capped. Deterministic. Not thread-safe.
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
  bool IsBehind(base::SystemTime at) const { return !steps_.empty() && StepAt(at) < newest_step_; }
  // Only what it covers. Newer samples push old ones out. Returns what is then measured without the sample itself.
  std::uint64_t Add(const Sample& sample);

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
    void Add(const Totals& more);
    void TakeOff(const Totals& gone);
  };
  struct Step {
    Totals totals;
    RecordBag records;
    std::vector<std::uint64_t> files;       // of distinct files only; each once
    std::vector<EventNumber> first_events;  // a heap, the latest in front
    void Clear();
  };

  using Steps = std::map<std::int64_t, Step>;

  std::int64_t StepAt(base::SystemTime at) const { return StepAt(at, step_); }
  Step& BeginStep(std::int64_t at);  // or the one that is there
  void Expire();
  void GiveBack(Steps::const_iterator end_of_expired);
  void TakeOffTotals(Steps::const_iterator end_of_expired);
  void See(const Sample& sample, std::int64_t at, Step& step);

  v1::Measure measure_;
  std::chrono::nanoseconds step_;
  std::int64_t newest_step_ = 0;
  Steps steps_;
  Steps spare_;                            // of a step that has expired: one, whose memory the next that begins takes
  Totals totals_;                          // over all steps; put right when a step expires
  LastSeen<customers::RecordId> records_;  // of distinct customers only
  LastSeen<std::uint64_t> files_;          // of distinct files only
};

}  // namespace vigie::threshold
