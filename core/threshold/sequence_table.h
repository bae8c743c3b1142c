#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/policy/compiled_policy.h"
#include "core/threshold/sequence_window.h"
#include "core/threshold/sliding_window.h"

namespace vigie::threshold {

// One sequence's windows, one for each subject: the events that may be part of it, and those that went the whole way,
// which are what is measured. Subjects idle for two windows are forgotten, all at once every 4096 events. Events older
// than a subject's window have windows of their own, as in SubjectTable. Deterministic. Not thread-safe.
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

  // The steps that the event matches.
  std::vector<std::size_t> Matches(const v1::Event& event, v1::Verdict verdict) const;

 private:
  struct Windows {
    SequenceWindow events;
    SlidingWindow completed;
  };
  struct Subject {
    Windows current;
    std::optional<Windows> late;
    base::SystemTime touched;
  };

  Windows NewWindows() const;
  void ForgetIdle();

  const policy::CompiledThreshold& threshold_;
  std::chrono::nanoseconds window_;
  base::SystemTime newest_ = base::SystemTime::min();
  std::map<std::string, Subject> subjects_;
  int events_since_look_ = 0;
  const SlidingWindow* last_window_ = nullptr;
};

}  // namespace vigie::threshold
