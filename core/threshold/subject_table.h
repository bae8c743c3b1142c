#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "core/policy/compiled_policy.h"
#include "core/threshold/sliding_window.h"

namespace vigie::threshold {

// One threshold's windows, one for each subject. The number of subjects is not capped, for a cap would miss some; those
// who have been idle for two windows are forgotten, a few at each event. Deterministic. Not thread-safe.
class SubjectTable {
 public:
  explicit SubjectTable(const policy::CompiledThreshold& threshold);

  // Adds the sample to the window of `subject` and returns that window.
  const SlidingWindow& Add(const std::string& subject, const Sample& sample);

  const policy::CompiledThreshold& threshold() const { return threshold_; }
  std::chrono::nanoseconds window() const { return window_; }
  std::size_t size() const { return subjects_.size(); }

 private:
  // A workstation that was offline sends what is older than the whole window of a user who was active elsewhere
  // meanwhile. That has a window of its own: it must neither be lost nor count as if it were new.
  struct Subject {
    SlidingWindow current;
    std::optional<SlidingWindow> late;
    base::SystemTime touched;  // the table's newest time when it was last added to: a late arrival is not idle
  };

  SlidingWindow NewWindow() const { return SlidingWindow(threshold_.source.measure(), window_); }
  SlidingWindow& WindowFor(Subject& subject, base::SystemTime at) const;
  void ForgetIdle();

  const policy::CompiledThreshold& threshold_;
  std::chrono::nanoseconds window_;
  base::SystemTime newest_ = base::SystemTime::min();
  std::map<std::string, Subject> subjects_;
  std::string sweep_from_;  // the next subject to look at
  int events_since_look_ = 0;
};

}  // namespace vigie::threshold
