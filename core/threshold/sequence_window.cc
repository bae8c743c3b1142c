#include "core/threshold/sequence_window.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace vigie::threshold {
namespace {

bool Contains(const std::vector<std::uint64_t>& hashes, std::uint64_t hash) {
  return hash != 0 && std::ranges::find(hashes, hash) != hashes.end();
}

bool IsAmong(const std::vector<std::int64_t>& begins, std::int64_t begin) {
  return std::ranges::binary_search(begins, begin);
}

void AddTo(std::vector<std::int64_t>& begins, std::int64_t begin) {
  const auto place = std::ranges::lower_bound(begins, begin);
  if (place == begins.end() || *place != begin) begins.insert(place, begin);
}

// As a bitmap at its worst spread; what is dense takes less.
std::size_t BytesOf(const customers::RecordSet& records) {
  return 64 + std::size_t{2} * records.size();
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

SequenceWindow::SequenceWindow(const v1::Threshold& threshold, std::chrono::nanoseconds window, Expires expires)
    : link_(threshold.link()),
      steps_(static_cast<std::size_t>(threshold.sequence_size())),
      step_ns_(SlidingWindow::StepOf(window).count()),
      expires_(expires) {
}

std::int64_t SequenceWindow::StepAt(base::SystemTime at) const {
  const std::int64_t time = at.time_since_epoch().count();
  return time / step_ns_ - (time % step_ns_ < 0 ? 1 : 0);
}

bool SequenceWindow::Covers(base::SystemTime at) const {
  return events_.empty() || StepAt(at) >= newest_step_ - SlidingWindow::kSteps;
}

void SequenceWindow::Expire() {
  if (expires_ == Expires::kNothing) return;
  const std::int64_t oldest = newest_step_ - SlidingWindow::kSteps;
  while (!events_.empty() && StepAt(events_.front().event.at) < oldest) {
    bytes_ -= events_.front().bytes;
    events_.pop_front();
  }
  for (Kept& kept : events_) {
    std::size_t gone = 0;
    for (std::vector<Way>& ways : kept.ways) {
      gone += std::erase_if(ways, [oldest](const Way& way) { return way.begin < oldest; });
    }
    if (gone > 0) Measure(kept);
  }
}

// Events that merely look like a step of the way must not push out those that have gone it.
void SequenceWindow::LetOneGo() {
  const auto has_no_way = [](const Kept& kept) {
    return std::ranges::all_of(kept.ways, [](const auto& ways) { return ways.empty(); });
  };
  auto gone = std::ranges::find_if(events_, has_no_way);
  if (gone == events_.end()) gone = events_.begin();
  bytes_ -= gone->bytes;
  events_.erase(gone);
  ++let_go_;
}

std::size_t SequenceWindow::Insert(const SequenceEvent& event) {
  const auto place =
      std::ranges::upper_bound(events_, event.number, {}, [](const Kept& kept) { return kept.event.number; });
  const auto index = static_cast<std::size_t>(place - events_.begin());
  Kept kept;
  kept.event = event;
  kept.records = std::make_shared<const customers::RecordSet>(*event.records);
  kept.ways.resize(steps_);
  events_.insert(place, std::move(kept));
  return index;
}

bool SequenceWindow::EnoughInCommon(const customers::RecordSet& carried, const customers::RecordSet& records) const {
  const std::uint32_t common = carried.CommonWith(records);
  const double fewer = std::min(carried.size(), records.size());
  return common >= std::max(1U, link_.customers_at_least()) && common >= link_.share_at_least() * fewer;
}

void SequenceWindow::Merge(Way way, std::vector<Way>& ways, Begins& changed) const {
  const auto same = std::ranges::find(ways, way.begin, &Way::begin);
  if (same != ways.end()) {
    if (same->carried == way.carried || way.carried->CommonWith(*same->carried) == way.carried->size()) return;
    customers::RecordSet united = *same->carried;
    united.Unite(*way.carried);
    same->carried = std::make_shared<const customers::RecordSet>(std::move(united));
    AddTo(changed, way.begin);
    return;
  }
  AddTo(changed, way.begin);
  ways.insert(std::ranges::upper_bound(ways, way.begin, {}, &Way::begin), std::move(way));
  if (ways.size() <= kMostWays) return;
  Way oldest = std::move(ways.front());
  ways.erase(ways.begin());
  oldest.begin = ways.front().begin;
  Merge(std::move(oldest), ways, changed);
}

// Null if it is not linked. Shared with others where it is the same.
SequenceWindow::Carried SequenceWindow::CarriedOn(const Carried& carried, const Kept& to, bool derives) const {
  if (!derives && !EnoughInCommon(*carried, *to.records)) return nullptr;
  if (derives && (to.records->empty() || !to.event.read_whole)) return carried;
  const std::uint32_t common = carried->CommonWith(*to.records);
  if (common == carried->size()) return carried;
  if (common == to.records->size()) return to.records;
  customers::RecordSet kept = *carried;
  kept.KeepCommon(*to.records);
  return std::make_shared<const customers::RecordSet>(std::move(kept));
}

void SequenceWindow::Carry(const Kept& from, std::size_t step, Kept& to, Begins& changed, const Begins* only) const {
  if (from.ways[step].empty()) return;
  const bool derives = DerivesFrom(to.event, from.event);
  const std::int64_t oldest = StepAt(to.event.at) - SlidingWindow::kSteps;
  // Neighbouring ways often carry the same.
  Carried last;
  Carried last_on;
  for (const Way& way : from.ways[step]) {
    if (way.begin < oldest || (only != nullptr && !IsAmong(*only, way.begin))) continue;
    if (way.carried != last) {
      last = way.carried;
      last_on = CarriedOn(way.carried, to, derives);
    }
    if (last_on == nullptr) continue;
    Way next{way.begin, last_on, way.stops};
    next.stops.push_back({step + 1, to.event.number});
    Merge(std::move(next), to.ways[step + 1], changed);
  }
}

// What is linked to it from before.
void SequenceWindow::Arrive(std::size_t index, std::vector<Changes>& changes) {
  Kept& arrived = events_[index];
  const base::SystemTime at = arrived.event.at;
  for (const std::size_t step : arrived.event.matches) {
    Begins changed;
    if (step == 0) {
      arrived.ways[0].push_back({StepAt(at), arrived.records, {{0, arrived.event.number}}});
      changed.push_back(StepAt(at));
    } else {
      for (std::size_t i = 0; i < events_.size() && events_[i].event.at <= at; ++i) {
        if (i != index) Carry(events_[i], step - 1, arrived, changed, nullptr);
      }
    }
    if (!changed.empty()) changes[step].emplace(index, std::move(changed));
  }
}

// What has come before it, but happened after it: from one step to the next, what has changed.
void SequenceWindow::Spread(std::size_t step, std::vector<Changes>& changes) {
  for (const auto& [index, begins] : changes[step]) {
    const Kept& from = events_[index];
    for (std::size_t i = events_.size(); i-- > 0 && events_[i].event.at >= from.event.at;) {
      Kept& to = events_[i];
      if (i == index || std::ranges::find(to.event.matches, step + 1) == to.event.matches.end()) continue;
      Begins brought;
      Carry(from, step, to, brought, &begins);
      if (brought.empty()) continue;
      Begins& changed = changes[step + 1][i];
      for (const std::int64_t begin : brought) AddTo(changed, begin);
    }
  }
}

void SequenceWindow::Measure(Kept& kept) {
  std::size_t bytes = sizeof(Kept) + 64 + BytesOf(*kept.records);
  const customers::RecordSet* last = kept.records.get();
  for (const std::vector<Way>& ways : kept.ways) {
    for (const Way& way : ways) {
      bytes += sizeof(Way) + way.stops.size() * sizeof(SequenceStop);
      if (way.carried.get() != last) bytes += BytesOf(*way.carried);
      last = way.carried.get();
    }
  }
  bytes_ += bytes - kept.bytes;
  kept.bytes = bytes;
}

std::vector<SequenceWindow::Completed> SequenceWindow::Add(const SequenceEvent& event) {
  const std::int64_t at = StepAt(event.at);
  newest_step_ = events_.empty() ? at : std::max(newest_step_, at);
  Expire();
  if (events_.size() == kMostEvents) LetOneGo();
  const std::size_t index = Insert(event);
  std::vector<Changes> changes(steps_);
  Arrive(index, changes);
  for (std::size_t step = 0; step + 1 < steps_; ++step) Spread(step, changes);
  Measure(events_[index]);
  for (const Changes& of_step : changes) {
    for (const auto& [i, begins] : of_step) Measure(events_[i]);
  }
  std::vector<Completed> told;
  for (const auto& [i, begins] : changes[steps_ - 1]) {
    Kept& kept = events_[i];
    const SequenceEvent& last = kept.event;
    Completed& done = told.emplace_back(Completed{
        last.at, last.number, last.accesses, last.bytes, last.file, std::exchange(kept.completed, true), {}, {}});
    for (const Way& way : kept.ways[steps_ - 1]) done.records.Unite(*way.carried);
    done.way = kept.ways[steps_ - 1].back().stops;
  }
  while (bytes_ > kMostBytes && events_.size() > 1) LetOneGo();
  return told;
}

}  // namespace vigie::threshold
