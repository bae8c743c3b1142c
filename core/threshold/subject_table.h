#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/policy/compiled_policy.h"
#include "core/threshold/late_history.h"
#include "core/threshold/sample_log.h"
#include "core/threshold/sliding_window.h"
#include "core/threshold/subject_hash.h"

namespace vigie::threshold {

// One threshold's windows, one for each subject. The number of subjects is not capped, for a cap would miss some; those
// who have been idle for two windows are forgotten, a few at each event. Idle is told by when events were received, not
// by when they happened. A subject costs some 110 bytes while it has
// done little (SampleLog), else what a SlidingWindow does; its name is not kept, but 128 bits of a hash of it
// (SubjectHasher). Deterministic. Not thread-safe.
class SubjectTable {
 public:
  // `threshold` outlives it.
  explicit SubjectTable(const policy::CompiledThreshold& threshold);

  struct Added {
    std::uint64_t measured = 0;
    std::uint64_t before = 0;  // what was measured without it
    bool late = false;         // it is a window of those that came late
    std::int64_t end = 0;      // the step with which it ends; of late ones, that of the sample
  };
  // Adds the sample to the window of the subject whose name has this hash. What is measured is exact where it is more
  // than `exact_above`, which is no more than the threshold's `over` (SlidingWindow::Add).
  Added Add(const SubjectHash& subject, const Sample& sample, std::uint64_t exact_above = 0);

  // The window that was added to last.
  const SlidingWindow& LastWindow();

  const policy::CompiledThreshold& threshold() const { return threshold_; }
  std::chrono::nanoseconds window() const { return window_; }
  std::size_t size() const { return subjects_.size(); }
  // Late samples that had to give way, of all subjects (LateHistory).
  std::uint64_t let_go() const { return let_go_; }

 private:
  // A workstation that was offline sends what is older than the whole window of a user who was active elsewhere
  // meanwhile: that must neither be lost nor count as if it were new. While there is such a history, what is in the
  // window but behind its newest sample is counted in both, and the history's answer is taken if only that is over.
  struct Late {
    LateHistory history;
    base::SystemTime touched;  // as Subject::touched; forgotten after two windows
  };
  struct Windows {
    SlidingWindow current;
    std::unique_ptr<Late> late;
  };
  // Either a log or windows.
  struct Subject {
    SampleLog log;
    std::unique_ptr<Windows> windows;
    base::SystemTime touched;  // the table's newest time when it was last added to
  };

  SlidingWindow NewWindow() const { return SlidingWindow(threshold_.source.measure(), window_); }
  Added AddToWindows(Windows& windows, const Sample& sample, std::uint64_t exact_above);
  Added AddToCurrent(SlidingWindow& current, const Sample& sample, std::uint64_t exact_above);
  Added AddLate(Windows& windows, const Sample& sample);
  bool PrefersLate(const Added& current, const Added& late) const;
  void Grow(Subject& subject, std::uint64_t exact_above) const;
  void ForgetIdle();
  void BeginRound();

  const policy::CompiledThreshold& threshold_;
  std::chrono::nanoseconds window_;
  SampleLog::Shape shape_;
  base::SystemTime newest_ = base::SystemTime::min();  // when the last event was received
  std::unordered_map<SubjectHash, Subject, SubjectHash::Bucket> subjects_;
  std::size_t sweep_from_ = 0;  // the next bucket to look at
  // Of those who were looked at since the first bucket was, and are not forgotten: when the first was touched last.
  base::SystemTime first_touched_ = base::SystemTime::min();
  base::SystemTime nobody_idle_ = base::SystemTime::min();  // as long as nothing was received after that
  int events_since_look_ = 0;
  std::uint64_t let_go_ = 0;

  const SlidingWindow* last_window_ = nullptr;
  const SampleLog* last_log_ = nullptr;
  std::optional<SlidingWindow> of_log_;
};

}  // namespace vigie::threshold
