#include "core/threshold/sequence_table.h"

#include <algorithm>

#include "proto/contract/time_conversion.h"

namespace vigie::threshold {
namespace {

constexpr int kEventsBetweenLooks = 4096;

}  // namespace

SequenceTable::SequenceTable(const policy::CompiledThreshold& threshold)
    : threshold_(threshold), window_(contract::FromProto(threshold.source.window())) {
}

SequenceTable::Subject SequenceTable::NewSubject() const {
  return {{SequenceWindow(threshold_.source, window_), SlidingWindow(threshold_.source.measure(), window_)},
          nullptr,
          newest_};
}

std::vector<std::size_t> SequenceTable::Matches(const v1::Event& event, v1::Verdict verdict) const {
  std::vector<std::size_t> matches;
  for (std::size_t i = 0; i < threshold_.steps.size(); ++i) {
    if (threshold_.steps[i].Matches(event.activity(), event.inspection(), verdict)) matches.push_back(i);
  }
  return matches;
}

SequenceTable::Added SequenceTable::Add(const std::string& subject, const SequenceEvent& event) {
  newest_ = std::max({newest_, event.at, event.received});
  if (++events_since_look_ >= kEventsBetweenLooks) ForgetIdle();
  auto entry = subjects_.find(subject);
  if (entry == subjects_.end()) entry = subjects_.emplace(subject, NewSubject()).first;
  Subject& found = entry->second;
  if (newest_ - found.touched > 2 * window_) found = NewSubject();
  if (found.late && newest_ - found.late->touched > 2 * window_) found.late.reset();
  found.touched = newest_;
  const bool covered = found.current.events.Covers(event.at);
  const bool is_late = !covered || (found.late && found.current.events.IsBehind(event.at));
  Added added;
  if (covered) added = AddTo(found.current, event);
  if (is_late) {
    Added late = AddLate(found, event);
    const std::uint64_t over = threshold_.source.over();
    const bool only_late = added.window == nullptr || MeasuredBy(added) <= over;
    if (late.window != nullptr && only_late && (added.window == nullptr || MeasuredBy(late) > over)) {
      added = std::move(late);
    }
  }
  if (added.window != nullptr) last_window_ = added.window;
  return added;
}

SequenceTable::Added SequenceTable::AddTo(Windows& windows, const SequenceEvent& event) {
  Added added;
  const std::uint64_t let_go = windows.events.let_go();
  for (SequenceWindow::Completed& done : windows.events.Add(event)) {
    // The oldest of those that ended may be older than what is measured already.
    if (!windows.completed.Covers(done.at)) continue;
    const std::vector<customers::RecordId> ids = done.records.Ids();
    const std::uint64_t before =
        windows.completed.Add({done.at, done.number, done.accesses, done.bytes, done.file, ids, done.again});
    if (added.window == nullptr) added.before = before;
    added.window = &windows.completed;
    added.records.Unite(done.records);
    if (added.way.empty()) added.way = std::move(done.way);
  }
  let_go_ += windows.events.let_go() - let_go;
  return added;
}

SequenceTable::Added SequenceTable::AddLate(Subject& subject, const SequenceEvent& event) {
  const v1::Threshold& source = threshold_.source;
  if (!subject.late) {
    subject.late = std::make_unique<Late>(Late{SequenceWindow(source, window_, SequenceWindow::Expires::kNothing),
                                               LateHistory(source.measure(), window_, source.over()), newest_});
  }
  Late& late = *subject.late;
  late.touched = newest_;
  const std::uint64_t let_go = late.events.let_go() + late.completed.let_go();
  Added added;
  added.late = true;
  const SequenceWindow::Completed* fullest = nullptr;
  std::uint64_t most = 0;
  const std::vector<SequenceWindow::Completed> all = late.events.Add(event);
  for (const SequenceWindow::Completed& done : all) {
    const std::vector<customers::RecordId> ids = done.records.Ids();
    const LateHistory::Added one =
        late.completed.Add({done.at, done.number, done.accesses, done.bytes, done.file, ids, done.again});
    added.window = one.window;
    added.records.Unite(done.records);
    if (added.way.empty()) added.way = done.way;
    if (fullest != nullptr && one.measured < most) continue;
    fullest = &done;
    most = one.measured;
    added.before = one.before;
  }
  // Only the last answer still stands.
  if (fullest != nullptr && fullest != &all.back()) {
    added.window = late.completed.Add({fullest->at, fullest->number, 0, 0, fullest->file, {}, true}).window;
  }
  let_go_ += late.events.let_go() + late.completed.let_go() - let_go;
  return added;
}

void SequenceTable::ForgetIdle() {
  events_since_look_ = 0;
  std::erase_if(subjects_, [this](const auto& entry) { return newest_ - entry.second.touched > 2 * window_; });
}

}  // namespace vigie::threshold
