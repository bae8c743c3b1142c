#include "core/threshold/subject_table.h"

#include <algorithm>
#include <random>
#include <vector>

#include "core/threshold/sequence_event.h"
#include "proto/contract/time_conversion.h"

namespace vigie::threshold {
namespace {

// Two for each event, more than the one subject that it can add: so the table shrinks to those who are active.
constexpr int kEventsBetweenLooks = 16;
constexpr int kLookedAt = 2 * kEventsBetweenLooks;

std::uint64_t Secret() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

}  // namespace

SubjectTable::SubjectTable(const policy::CompiledThreshold& threshold, SubjectKeys keys)
    : threshold_(threshold),
      keys_(std::move(keys)),
      window_(contract::FromProto(threshold.source.window())),
      shape_{threshold.source.measure(), SlidingWindow::StepOf(window_)},
      seed_{Secret(), Secret()} {
}

SubjectTable::Added SubjectTable::Add(const std::string& subject, const Sample& sample) {
  newest_ = std::max(newest_, sample.at);
  if (++events_since_look_ >= kEventsBetweenLooks) ForgetIdle();
  const auto [entry, fresh] = subjects_.try_emplace({HashOf(subject, seed_.low), HashOf(subject, seed_.high)});
  Subject& found = entry->second;
  // As if it had been forgotten at once, not when its turn comes: so what is counted does not depend on others.
  if (!fresh && newest_ - found.touched > 2 * window_) found = Subject();
  found.touched = newest_;
  last_log_ = &found.log;
  last_window_ = nullptr;
  SampleLog::Measures measures;
  if (!found.windows && found.log.Covers(sample.at, shape_) && found.log.Add(sample, shape_, measures)) {
    return {measures.with, measures.before, false};
  }
  if (!found.windows) Grow(found);
  return AddToWindows(*found.windows, sample);
}

void SubjectTable::Grow(Subject& subject) const {
  subject.windows = std::make_unique<Windows>(Windows{NewWindow(), std::nullopt});
  subject.log.Each([&](const Sample& sample) { subject.windows->current.Add(sample); });
  subject.log = SampleLog();
}

SubjectTable::Added SubjectTable::AddToWindows(Windows& windows, const Sample& sample) {
  const bool late = !windows.current.Covers(sample.at);
  if (late && (!windows.late || !windows.late->Covers(sample.at))) windows.late = NewWindow();
  SlidingWindow& window = late ? *windows.late : windows.current;
  last_window_ = &window;
  const std::uint64_t before = window.Add(sample);
  return {window.Measured(), before, late};
}

const SlidingWindow& SubjectTable::LastWindow() {
  if (last_window_ != nullptr) return *last_window_;
  of_log_ = NewWindow();
  last_log_->Each([this](const Sample& sample) { of_log_->Add(sample); });
  return *of_log_;
}

void SubjectTable::ForgetIdle() {
  events_since_look_ = 0;
  std::vector<Key> idle;
  for (int i = 0; i < kLookedAt; ++i) {
    if (sweep_from_ >= subjects_.bucket_count()) sweep_from_ = 0;
    for (auto entry = subjects_.cbegin(sweep_from_); entry != subjects_.cend(sweep_from_); ++entry) {
      if (newest_ - entry->second.touched > 2 * window_) idle.push_back(entry->first);
    }
    ++sweep_from_;
  }
  for (const Key& key : idle) subjects_.erase(key);
}

}  // namespace vigie::threshold
