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

SequenceTable::Windows SequenceTable::NewWindows() const {
  return {SequenceWindow(threshold_.source, window_), SlidingWindow(threshold_.source.measure(), window_)};
}

std::vector<std::size_t> SequenceTable::Matches(const v1::Event& event, v1::Verdict verdict) const {
  std::vector<std::size_t> matches;
  for (std::size_t i = 0; i < threshold_.steps.size(); ++i) {
    if (threshold_.steps[i].Matches(event.activity(), event.inspection(), verdict)) matches.push_back(i);
  }
  return matches;
}

SequenceTable::Added SequenceTable::Add(const std::string& subject, const SequenceEvent& event) {
  newest_ = std::max(newest_, event.at);
  if (++events_since_look_ >= kEventsBetweenLooks) ForgetIdle();
  auto entry = subjects_.find(subject);
  if (entry == subjects_.end()) entry = subjects_.emplace(subject, Subject{NewWindows(), {}, newest_}).first;
  Subject& found = entry->second;
  if (newest_ - found.touched > 2 * window_) found = Subject{NewWindows(), {}, newest_};
  found.touched = newest_;
  const bool late = !found.current.events.Covers(event.at);
  if (late && (!found.late || !found.late->events.Covers(event.at))) found.late.emplace(NewWindows());
  Windows& windows = late ? *found.late : found.current;
  Added added;
  for (SequenceWindow::Completed& done : windows.events.Add(event)) {
    // The oldest of those that ended may be older than what is measured already.
    if (!windows.completed.Covers(done.at)) continue;
    const std::vector<customers::RecordId> ids = done.records.Ids();
    const std::uint64_t before =
        windows.completed.Add({done.at, done.number, done.accesses, done.bytes, done.file, ids, done.again});
    if (added.window == nullptr) added.before = before;
    added.window = last_window_ = &windows.completed;
    added.late = late;
    added.records.Unite(done.records);
    if (added.way.empty()) added.way = std::move(done.way);
  }
  return added;
}

void SequenceTable::ForgetIdle() {
  events_since_look_ = 0;
  std::erase_if(subjects_, [this](const auto& entry) { return newest_ - entry.second.touched > 2 * window_; });
}

}  // namespace vigie::threshold
