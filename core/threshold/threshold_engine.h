#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/customers/record_set.h"
#include "core/policy/compiled_policy.h"
#include "core/threshold/baseline_table.h"
#include "platform/base/clock.h"
#include "vigie/v1/event.pb.h"

namespace vigie::threshold {

// What one event did to one threshold whose `when` it matches.
struct Observation {
  const policy::CompiledThreshold* threshold = nullptr;  // of the engine's policy
  std::string subject;         // "user=alice" or "host=w1,user=alice": the keys, sorted by name
  std::uint64_t measured = 0;  // the measure in the window that ends with this event
  std::uint64_t limit = 0;     // the threshold's `over`; with a baseline, what may not be exceeded now
  bool over = false;           // measured > limit
  std::uint64_t before = 0;    // the measure in the same window without this event
  bool late = false;           // counted among others that came late: see below
  // The customers that this event counts with, sorted. Valid until the engine observes the next one.
  std::span<const customers::RecordId> record_ids;
  const customers::RecordSet* records = nullptr;  // of sequences, instead. Valid as long
  // Of a sequence that this event has completed: one of the ways, from the first step to the last.
  struct Stop {
    std::string step;
    std::string event_id;
    base::SystemTime at;
  };
  std::vector<Stop> way;
  std::optional<Comparison> compared;  // with a baseline
  // Of the whole window, filled only when `over` and wanted: what an incident opened by this event starts with.
  std::uint64_t window_events = 0;
  customers::RecordSet window_records;
  std::vector<std::string> window_event_ids;  // at most 1000, oldest first
};

// Counts events in sliding windows, per threshold and subject. Distinct customers are exact (Roaring), never capped.
// Deterministic: the same events in the same order give the same observations, so the state is rebuilt after a restart
// by observing the stored events that matter again (longest_window), in the order in which they were accepted.
// Not thread-safe.
//
// Time is the event's own (host) time, but never later than its received_at: set that, or a clock that runs ahead moves
// the window. The window slides in 512 steps and is at most one step too long, never too short (sliding_window.h, with
// what a subject costs). A late event counts where it belongs, as long as that is inside its subject's window. Older
// ones are counted among themselves, in whatever order they come: each with those within a window before its own time,
// and if that is not over, in the fullest window of which it is a part (late_history.h). They do not meet what left the
// subject's window before they came. An event without one of the threshold's keys (no user, no destination) does not
// count for it. Subjects to whom nothing was added for two windows are forgotten; there is no cap on their number.
// `events` counts accesses folded into an event as well, `bytes` does not. A threshold with a sequence measures only
// the last events of those that went its whole way, with the customers that did, and is observed only when an event
// completes one: itself, or a later one that came before it (sequence_window.h). A threshold with a baseline is over
// when its measure is also far above what is usual (baseline_table.h), and needs as many days of events to know that
// again.
class ThresholdEngine {
 public:
  explicit ThresholdEngine(std::shared_ptr<const policy::CompiledPolicy> policy);
  ~ThresholdEngine();
  ThresholdEngine(ThresholdEngine&&) noexcept;
  ThresholdEngine& operator=(ThresholdEngine&&) noexcept;

  // Events without activity (gaps) match nothing, and those to one of the policy's allowed destinations nothing but the
  // canary's threshold (CompiledPolicy::canary), which matches every event in which a canary was found. One observation
  // for each threshold that the event matches.
  std::vector<Observation> Observe(const v1::Event& event);

  // Describing a window costs as much as it holds; who opens no incident does not need it.
  using WantsWindow = std::function<bool(const policy::CompiledThreshold& threshold, const std::string& subject)>;
  // `judged` stands for the event's verdict, if given.
  std::vector<Observation> Observe(const v1::Event& event, const WantsWindow& wants_window,
                                   std::optional<v1::Verdict> judged = {});
  // The same without windows, in memory that is used again: valid until the engine observes the next event. With
  // kIfOver `measured` and `before` of distinct customers may be given as more than they are, as long as both are no
  // more than `over`: it costs far less to know that.
  enum class Exact { kAlways, kIfOver };
  std::span<Observation> ObserveInPlace(const v1::Event& event, std::optional<v1::Verdict> judged = {},
                                        Exact exact = Exact::kAlways);
  // Fills in what stands of the whole window, if it was not wanted at first. Only of what Observe returned last.
  void Describe(Observation& observation);

  // Events that had to give way because a subject's history was full (late_history.h, sequence_window.h), of all rules.
  // The log says so once for each rule.
  std::uint64_t let_go() const;

  // How far back stored events matter: the longest window and its first step. Zero without thresholds. What was
  // received in the two windows after which idle subjects are forgotten matters, too, whenever it happened.
  std::chrono::nanoseconds longest_window() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vigie::threshold
