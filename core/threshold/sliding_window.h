#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/customers/record_set.h"
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
  std::string file;  // identity; empty = none
  const customers::RecordSet& records;
};

// What happened in the last `window`, in 512 steps: the window ends with the newest sample, and the step in which it
// begins counts whole. So it is never shorter than asked for, and longer by less than a step (0.2 %). Samples may come
// late. Costs some 300 bytes, and for each step that saw an event about 200 bytes, its record set, and 32 bytes for
// each of its first 1000 events; with distinct customers the union of all and that of each 16 steps; with distinct
// files about 150 bytes for each file. Nothing is capped. Deterministic. Not thread-safe.
class SlidingWindow {
 public:
  static constexpr std::int64_t kSteps = 512;
  static constexpr std::size_t kMaxEventNumbers = 1000;

  // The length of one step of `window`.
  static std::chrono::nanoseconds StepOf(std::chrono::nanoseconds window);

  SlidingWindow(v1::Measure measure, std::chrono::nanoseconds window);

  // Not older than the window. Always true while it is empty.
  bool Covers(base::SystemTime at) const;
  // Only what it covers. Newer samples push old ones out.
  void Add(const Sample& sample);

  std::uint64_t Measured() const;
  std::uint64_t events() const { return totals_.events; }
  // Worked out here, unless it is what is measured.
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
    customers::RecordSet records;
    std::vector<EventNumber> first_events;  // a heap, the latest in front
  };

  using Steps = std::map<std::int64_t, Step>;

  std::int64_t StepAt(base::SystemTime at) const;
  bool counts_customers() const { return measure_ == v1::MEASURE_DISTINCT_CUSTOMERS; }
  void Expire();
  // What has expired still stands in steps_, before the rest.
  void TakeOff(Steps::const_iterator end_of_expired);
  void TakeOffTotals(Steps::const_iterator end_of_expired);
  bool AllStillThere(const customers::RecordSet& records, Steps::const_iterator remaining) const;
  // Calls `use` with sets whose union is that of the steps from `remaining` on, until it returns false.
  template <typename Use>
  void EachPart(Steps::const_iterator remaining, Use use) const;

  v1::Measure measure_;
  std::int64_t step_ns_;
  std::int64_t newest_step_ = 0;
  Steps steps_;
  // Over all steps; put right when a step expires.
  Totals totals_;
  // Of distinct customers only: of all steps, and of each block of them (those of the first may have expired in part).
  customers::RecordSet records_;
  std::map<std::int64_t, customers::RecordSet> blocks_;
  std::unordered_map<std::string, std::int64_t> files_;  // → the last step that saw it
};

}  // namespace vigie::threshold
