#include "core/threshold/sequence_window.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace vigie::threshold {
namespace {

bool Contains(const std::vector<std::uint64_t>& hashes, std::uint64_t hash) {
  return hash != 0 && std::ranges::find(hashes, hash) != hashes.end();
}

bool Same(std::uint64_t one, std::uint64_t other) {
  return one != 0 && one == other;
}

// By anything but content.
bool DerivesFrom(const SequenceEvent& later, const SequenceEvent& earlier) {
  return Contains(later.from_events, earlier.id) || Contains(later.from_paths, earlier.path) ||
         Same(later.inode, earlier.inode) || Same(later.process, earlier.process);
}

}  // namespace

SequenceWindow::SequenceWindow(const v1::Threshold& threshold, std::chrono::nanoseconds window)
    : link_(threshold.link()),
      steps_(static_cast<std::size_t>(threshold.sequence_size())),
      step_ns_(SlidingWindow::StepOf(window).count()) {
}

std::int64_t SequenceWindow::StepAt(base::SystemTime at) const {
  const std::int64_t time = at.time_since_epoch().count();
  return time / step_ns_ - (time % step_ns_ < 0 ? 1 : 0);
}

bool SequenceWindow::Covers(base::SystemTime at) const {
  return events_.empty() || StepAt(at) >= newest_step_ - SlidingWindow::kSteps;
}

void SequenceWindow::Expire() {
  const std::int64_t oldest = newest_step_ - SlidingWindow::kSteps;
  while (!events_.empty() && StepAt(events_.front().event.at) < oldest) events_.pop_front();
  for (Kept& kept : events_) {
    for (std::vector<Way>& ways : kept.ways) {
      std::erase_if(ways, [oldest](const Way& way) { return way.begin < oldest; });
    }
  }
}

std::size_t SequenceWindow::Insert(const SequenceEvent& event) {
  const auto place =
      std::ranges::upper_bound(events_, event.number, {}, [](const Kept& kept) { return kept.event.number; });
  const auto index = static_cast<std::size_t>(place - events_.begin());
  events_.insert(place, Kept{event, *event.records, std::vector<std::vector<Way>>(steps_)});
  return index;
}

bool SequenceWindow::EnoughInCommon(const customers::RecordSet& carried, const customers::RecordSet& records) const {
  const std::uint32_t common = carried.CommonWith(records);
  const double fewer = std::min(carried.size(), records.size());
  return common >= std::max(1U, link_.customers_at_least()) && common >= link_.share_at_least() * fewer;
}

bool SequenceWindow::Merge(Way way, std::vector<Way>& ways) const {
  const auto same = std::ranges::find(ways, way.begin, &Way::begin);
  if (same == ways.end()) {
    ways.insert(std::ranges::upper_bound(ways, way.begin, {}, &Way::begin), std::move(way));
    if (ways.size() <= kMostWays) return true;
    ways[1].carried.Unite(ways[0].carried);
    ways.erase(ways.begin());
    return true;
  }
  const std::uint32_t before = same->carried.size();
  same->carried.Unite(way.carried);
  return same->carried.size() != before;
}

bool SequenceWindow::Carry(const Kept& from, std::size_t step, Kept& to) const {
  if (from.ways[step].empty()) return false;
  const bool derives = DerivesFrom(to.event, from.event);
  bool brought = false;
  for (const Way& way : from.ways[step]) {
    if (!derives && !EnoughInCommon(way.carried, to.records)) continue;
    Way next = way;
    const bool is_opaque = derives && (to.records.empty() || !to.event.read_whole);
    if (!is_opaque) next.carried.KeepCommon(to.records);
    next.stops.push_back({step + 1, to.event.number});
    brought = Merge(std::move(next), to.ways[step + 1]) || brought;
  }
  return brought;
}

// What is linked to it from before.
void SequenceWindow::Arrive(std::size_t index) {
  Kept& arrived = events_[index];
  const base::SystemTime at = arrived.event.at;
  for (const std::size_t step : arrived.event.matches) {
    if (step == 0) {
      arrived.ways[0].push_back({StepAt(at), arrived.records, {{0, arrived.event.number}}});
      continue;
    }
    for (std::size_t i = 0; i < events_.size() && events_[i].event.at <= at; ++i) {
      if (i != index) Carry(events_[i], step - 1, arrived);
    }
  }
}

// What has come before it, but happened after it.
void SequenceWindow::Spread(std::size_t index, std::size_t step, std::vector<std::size_t>& completed) {
  const Kept& from = events_[index];
  if (from.ways[step].empty()) return;
  if (step + 1 == steps_) {
    completed.push_back(index);
    return;
  }
  const base::SystemTime at = from.event.at;
  for (std::size_t i = events_.size(); i-- > 0 && events_[i].event.at >= at;) {
    Kept& to = events_[i];
    if (i == index || std::ranges::find(to.event.matches, step + 1) == to.event.matches.end()) continue;
    if (Carry(from, step, to)) Spread(i, step + 1, completed);
  }
}

std::vector<SequenceWindow::Completed> SequenceWindow::Add(const SequenceEvent& event) {
  const std::int64_t at = StepAt(event.at);
  newest_step_ = events_.empty() ? at : std::max(newest_step_, at);
  Expire();
  if (events_.size() == kMostEvents) events_.pop_front();
  const std::size_t index = Insert(event);
  Arrive(index);
  std::vector<std::size_t> completed;
  for (const std::size_t step : event.matches) Spread(index, step, completed);
  std::ranges::sort(completed);
  completed.erase(std::ranges::unique(completed).begin(), completed.end());
  std::vector<Completed> told;
  for (const std::size_t i : completed) {
    Kept& kept = events_[i];
    const SequenceEvent& last = kept.event;
    Completed& done = told.emplace_back(Completed{
        last.at, last.number, last.accesses, last.bytes, last.file, std::exchange(kept.completed, true), {}, {}});
    for (const Way& way : kept.ways[steps_ - 1]) done.records.Unite(way.carried);
    done.way = kept.ways[steps_ - 1].back().stops;
  }
  return told;
}

}  // namespace vigie::threshold
