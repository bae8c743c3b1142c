#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/policy/compiled_policy.h"
#include "core/threshold/late_history.h"
#include "core/threshold/sequence_window.h"
#include "core/threshold/sliding_window.h"

namespace vigie::threshold {

// One sequence's windows, one for each subject: the events that may be part of it, and those that went the whole way,
// which are what is measured. Subjects idle for two windows are forgotten, all at once every 4096 events. Events that
// came late have a history of their own, as in SubjectTable, within the bounds of SequenceWindow. Deterministic. Not
// thread-safe.
class SequenceTable {
 public:
  // `threshold` has a sequence, and outlives it.
  explicit SequenceTable(const policy::CompiledThreshold& threshold);

  // What an event has brought to its end: itself, or later ones that came before it.
  struct Added {
    const SlidingWindow* window = nullptr;  // nullptr = nothing
    std::uint64_t before = 0;
    bool late = false;
    customers::RecordSet records;  // of all that ended
    std::vector<SequenceStop> way;
  };
  Added Add(const std::string& subject, const SequenceEvent& event);

  // That of the last Added which has one.
  const SlidingWindow* last_window() const { return last_window_; }

  // Events that had to give way, of all subjects (SequenceWindow, LateHistory).
  std::uint64_t let_go() const { return let_go_; }

  // The steps that the event matches.
  std::vector<std::size_t> Matches(const v1::Event& event, v1::Verdict verdict) const;

 private:
  struct Windows {
    SequenceWindow events;
    SlidingWindow completed;
  };
  struct Late {
    SequenceWindow events;
    LateHistory completed;
    base::SystemTime touched;
  };
  struct Subject {
    Windows current;
    std::unique_ptr<Late> late;
    base::SystemTime touched;
  };

  Subject NewSubject() const;
  Added AddTo(Windows& windows, const SequenceEvent& event);
  Added AddLate(Subject& subject, const SequenceEvent& event);
  std::uint64_t MeasuredBy(const Added& added) const { return added.window == nullptr ? 0 : added.window->Measured(); }
  void ForgetIdle();

  const policy::CompiledThreshold& threshold_;
  std::chrono::nanoseconds window_;
  base::SystemTime newest_ = base::SystemTime::min();
  std::map<std::string, Subject> subjects_;
  int events_since_look_ = 0;
  std::uint64_t let_go_ = 0;
  const SlidingWindow* last_window_ = nullptr;
};

}  // namespace vigie::threshold
