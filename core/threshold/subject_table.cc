#include "core/threshold/subject_table.h"

#include <algorithm>
#include <vector>

#include "proto/contract/time_conversion.h"

namespace vigie::threshold {
namespace {

// Two for each event, more than the one subject that it can add: so the table shrinks to those who are active.
constexpr int kEventsBetweenLooks = 16;
constexpr int kLookedAt = 2 * kEventsBetweenLooks;

}  // namespace

SubjectTable::SubjectTable(const policy::CompiledThreshold& threshold)
    : threshold_(threshold),
      window_(contract::FromProto(threshold.source.window())),
      shape_{threshold.source.measure(), SlidingWindow::StepOf(window_)} {
}

SubjectTable::Added SubjectTable::Add(const SubjectHash& subject, const Sample& sample, std::uint64_t exact_above) {
  newest_ = std::max({newest_, sample.at, sample.received});
  if (++events_since_look_ >= kEventsBetweenLooks) ForgetIdle();
  const auto [entry, fresh] = subjects_.try_emplace(subject);
  Subject& found = entry->second;
  // As if it had been forgotten at once, not when its turn comes: so what is counted does not depend on others.
  if (!fresh && newest_ - found.touched > 2 * window_) found = Subject();
  found.touched = newest_;
  last_log_ = &found.log;
  last_window_ = nullptr;
  SampleLog::Measures measures;
  if (!found.windows && found.log.Add(sample, shape_, measures)) {
    return {measures.with, measures.before, false, measures.newest_step};
  }
  if (!found.windows) Grow(found, exact_above);
  return AddToWindows(*found.windows, sample, exact_above);
}

void SubjectTable::Grow(Subject& subject, std::uint64_t exact_above) const {
  subject.windows = std::make_unique<Windows>(Windows{NewWindow(), nullptr});
  subject.log.Each([&](const Sample& sample) { subject.windows->current.Add(sample, exact_above); });
  subject.log = SampleLog();
}

SubjectTable::Added SubjectTable::AddToWindows(Windows& windows, const Sample& sample, std::uint64_t exact_above) {
  if (windows.late && newest_ - windows.late->touched > 2 * window_) windows.late.reset();
  const bool covered = windows.current.Covers(sample.at);
  const bool is_late = !covered || (windows.late && windows.current.IsBehind(sample.at));
  Added added;
  if (covered) {
    last_window_ = &windows.current;
    const std::uint64_t before = windows.current.Add(sample, exact_above);
    added = {windows.current.Measured(), before, false, windows.current.newest_step()};
  }
  if (!is_late) return added;
  const SlidingWindow* current = last_window_;
  const Added late = AddLate(windows, sample);
  if (!covered || PrefersLate(added, late)) return late;
  last_window_ = current;
  return added;
}

// What a baseline's limit is depends on the day, but the more is measured the likelier it is to be over.
bool SubjectTable::PrefersLate(const Added& current, const Added& late) const {
  const std::uint64_t over = threshold_.source.over();
  if (threshold_.source.has_baseline()) return late.measured > current.measured;
  return current.measured <= over && late.measured > over;
}

SubjectTable::Added SubjectTable::AddLate(Windows& windows, const Sample& sample) {
  const v1::Threshold& source = threshold_.source;
  if (!windows.late) {
    const auto answers = source.has_baseline() ? LateHistory::Answers::kFullest : LateHistory::Answers::kFullestIfOver;
    windows.late =
        std::make_unique<Late>(Late{LateHistory(source.measure(), window_, source.over(), answers), newest_});
  }
  windows.late->touched = newest_;
  LateHistory& history = windows.late->history;
  const std::uint64_t let_go = history.let_go();
  const LateHistory::Added added = history.Add(sample);
  let_go_ += history.let_go() - let_go;
  last_window_ = added.window;
  return {added.measured, added.before, true, SlidingWindow::StepAt(sample.at, shape_.step)};
}

const SlidingWindow& SubjectTable::LastWindow() {
  if (last_window_ != nullptr) return *last_window_;
  of_log_ = NewWindow();
  last_log_->Each([this](const Sample& sample) { of_log_->Add(sample); });
  return *of_log_;
}

void SubjectTable::ForgetIdle() {
  events_since_look_ = 0;
  std::vector<SubjectHash> idle;
  for (int i = 0; i < kLookedAt; ++i) {
    if (sweep_from_ >= subjects_.bucket_count()) sweep_from_ = 0;
    for (auto entry = subjects_.cbegin(sweep_from_); entry != subjects_.cend(sweep_from_); ++entry) {
      if (newest_ - entry->second.touched > 2 * window_) idle.push_back(entry->first);
    }
    ++sweep_from_;
  }
  for (const SubjectHash& key : idle) subjects_.erase(key);
}

}  // namespace vigie::threshold
