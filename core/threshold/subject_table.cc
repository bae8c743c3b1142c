#include "core/threshold/subject_table.h"

#include <algorithm>

#include "proto/contract/time_conversion.h"

namespace vigie::threshold {
namespace {

// Two for each event, more than the one subject that it can add: so the table shrinks to those who are active.
constexpr int kEventsBetweenLooks = 16;
constexpr int kLookedAt = 2 * kEventsBetweenLooks;

}  // namespace

SubjectTable::SubjectTable(const policy::CompiledThreshold& threshold)
    : threshold_(threshold), window_(contract::FromProto(threshold.source.window())) {
}

const SlidingWindow& SubjectTable::Add(const std::string& subject, const Sample& sample) {
  newest_ = std::max(newest_, sample.at);
  if (++events_since_look_ >= kEventsBetweenLooks) ForgetIdle();
  auto entry = subjects_.find(subject);
  if (entry == subjects_.end()) entry = subjects_.emplace(subject, Subject{NewWindow(), std::nullopt, newest_}).first;
  Subject& found = entry->second;
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
  events_since_look_ = 0;
  auto next = subjects_.lower_bound(sweep_from_);
  for (int i = 0; i < kLookedAt && !subjects_.empty(); ++i) {
    if (next == subjects_.end()) next = subjects_.begin();
    const bool idle = newest_ - next->second.touched > 2 * window_;
    next = idle ? subjects_.erase(next) : std::next(next);
  }
  sweep_from_ = next == subjects_.end() ? "" : next->first;
}

}  // namespace vigie::threshold
