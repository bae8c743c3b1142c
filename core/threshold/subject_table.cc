#include "core/threshold/subject_table.h"

#include <algorithm>

#include "proto/contract/time_conversion.h"

namespace vigie::threshold {
namespace {

// More than the one subject that an event can add: so the table shrinks to those who are active.
constexpr int kLookedAtPerEvent = 2;

}  // namespace

SubjectTable::SubjectTable(const policy::CompiledThreshold& threshold)
    : threshold_(threshold), window_(contract::FromProto(threshold.source.window())) {
}

const SlidingWindow& SubjectTable::Add(const std::string& subject, const Sample& sample) {
  newest_ = std::max(newest_, sample.at);
  ForgetIdle();
  Subject& found = subjects_.try_emplace(subject, Subject{NewWindow(), std::nullopt, newest_}).first->second;
  found.touched = newest_;
  SlidingWindow& window = WindowFor(found, sample.at);
  window.Add(sample);
  return window;
}

SlidingWindow& SubjectTable::WindowFor(Subject& subject, base::SystemTime at) const {
  if (subject.current.Covers(at)) return subject.current;
  if (!subject.late || !subject.late->Covers(at)) subject.late = NewWindow();
  return *subject.late;
}

void SubjectTable::ForgetIdle() {
  for (int i = 0; i < kLookedAtPerEvent && !subjects_.empty(); ++i) {
    auto next = subjects_.lower_bound(sweep_from_);
    if (next == subjects_.end()) next = subjects_.begin();
    const bool idle = newest_ - next->second.touched > 2 * window_;
    next = idle ? subjects_.erase(next) : std::next(next);
    sweep_from_ = next == subjects_.end() ? "" : next->first;
  }
}

}  // namespace vigie::threshold
