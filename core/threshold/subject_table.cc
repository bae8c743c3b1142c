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
  if (covered && !(windows.late && windows.current.IsBehind(sample.at))) {
    return AddToCurrent(windows.current, sample, exact_above);
  }
  if (!covered) return AddLate(windows, sample);
  const Added added = AddToCurrent(windows.current, sample, exact_above);
  const SlidingWindow* current = last_window_;
  const Added late = AddLate(windows, sample);
  if (PrefersLate(added, late)) return late;
  last_window_ = current;
  return added;
}

// The answer is written where it is wanted: copied in wider pieces than it was just written in, it would wait until
// all that was written before has reached memory.
SubjectTable::Added SubjectTable::AddToCurrent(SlidingWindow& current, const Sample& sample,
                                               std::uint64_t exact_above) {
  last_window_ = &current;
  const std::uint64_t before = current.Add(sample, exact_above);
  return {current.Measured(), before, false, current.newest_step()};
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

// Who was touched at a time is not idle until two windows later: after a round in which the first one was touched then,
// nobody is looked at before.
void SubjectTable::ForgetIdle() {
  events_since_look_ = 0;
  if (newest_ <= nobody_idle_) return;
  std::vector<SubjectHash> idle;
  for (int i = 0; i < kLookedAt; ++i) {
    if (sweep_from_ >= subjects_.bucket_count()) BeginRound();
    for (auto entry = subjects_.cbegin(sweep_from_); entry != subjects_.cend(sweep_from_); ++entry) {
      const base::SystemTime touched = entry->second.touched;
      if (newest_ - touched > 2 * window_) {
        idle.push_back(entry->first);
      } else {
        first_touched_ = std::min(first_touched_, touched);
      }
    }
    ++sweep_from_;
  }
  for (const SubjectHash& key : idle) subjects_.erase(key);
}

void SubjectTable::BeginRound() {
  sweep_from_ = 0;
  if (first_touched_ > base::SystemTime::min()) nobody_idle_ = first_touched_ + 2 * window_;
  first_touched_ = newest_;
}

}  // namespace vigie::threshold
