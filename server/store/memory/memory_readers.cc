#include "server/store/memory/memory_readers.h"

#include <algorithm>

namespace vigie::server {

using base::Result;

CellEvents EventsOf(const MemoryState& state, const RollupCell& cell) {
  CellEvents events;
  for (std::size_t i = 0; i < state.events.size(); ++i) {
    const base::SystemTime at{std::chrono::nanoseconds(state.events[i].columns.at)};
    if (at < cell.from || at >= cell.until()) continue;
    events = {events.count + 1, static_cast<std::int64_t>(i) + 1};
  }
  return events;
}

Result<void> MemoryEventReader::EachEvent(std::optional<base::SystemTime> since, EventParts /*parts*/,
                                          const Each& each) {
  std::uint64_t passed = 0;
  for (const MemoryEvent& kept : state_->events) {
    ++passed;
    if (since && kept.columns.at < since->time_since_epoch().count()) continue;
    if (auto done = each(kept.event, {passed, state_->events.size()}); !done) return done;
  }
  return {};
}

Result<void> MemoryEventReader::EachInRange(const EventRange& range, const EachOfRange& each) {
  std::vector<const MemoryEvent*> matching;
  for (const MemoryEvent& kept : state_->events) {
    const EventColumns& columns = kept.columns;
    if (!columns.user || columns.at < range.from.time_since_epoch().count()) continue;
    if (columns.at >= range.until.time_since_epoch().count()) continue;
    if (!range.user.empty() && columns.user != range.user) continue;
    if (!range.host.empty() && kept.host != range.host) continue;
    if (range.shadow && !kept.event.shadow()) continue;
    if (range.channel == v1::CHANNEL_UNSPECIFIED || columns.channel == static_cast<int>(range.channel))
      matching.push_back(&kept);
  }
  std::ranges::stable_sort(matching, {}, [](const MemoryEvent* kept) { return kept->columns.at; });
  for (const MemoryEvent* kept : matching) {
    if (auto done = each(kept->event, base::SystemTime(std::chrono::nanoseconds(kept->columns.at))); !done) return done;
  }
  return {};
}

Result<std::optional<ChannelFigures>> MemoryEventReader::FindRollup(const RollupCell& cell) {
  const auto found = state_->rollups.find(cell);
  return found == state_->rollups.end() ? std::nullopt : std::optional(found->second);
}

Result<CellEvents> MemoryEventReader::EventsIn(const RollupCell& cell) {
  return EventsOf(*state_, cell);
}

Result<std::vector<v1::Event>> MemoryEventReader::EventsById(const std::vector<std::string>& ids) {
  std::vector<v1::Event> events;
  for (const std::string& id : ids) {
    const auto found = state_->event_positions.find(id);
    if (found != state_->event_positions.end()) events.push_back(state_->events[found->second].event);
  }
  return events;
}

MemorySightingReader::MemorySightingReader(std::shared_ptr<const MemoryState> state) : state_(std::move(state)) {
  for (std::size_t i = 0; i < state_->events.size(); ++i) {
    for (const EventSighting& sighting : SightingsOf(state_->events[i].event)) {
      Add(sighting, static_cast<std::int64_t>(i));
    }
  }
}

void MemorySightingReader::Add(const EventSighting& sighting, std::int64_t position) {
  const MemoryEvent& kept = EventAt(position);
  const std::tuple key(sighting.ledger, kept.columns.user.value_or(""), kept.host);
  const std::int64_t holder = holders_.try_emplace(key, static_cast<std::int64_t>(holders_.size())).first->second;
  const std::int64_t on = DayOf(kept.columns.at);
  const auto [place, fresh] = day_places_.try_emplace({holder, on}, days_.size());
  if (fresh) days_.push_back({holder, on, {}, {}});
  Day& day = days_[place->second];
  day.records.Unite(sighting.records);
  day.entries.push_back({position, sighting.records});
}

Result<std::vector<Holder>> MemorySightingReader::Holders(const std::string& ledger) {
  std::vector<Holder> holders;
  for (const auto& [key, number] : holders_) {
    if (std::get<0>(key) == ledger) holders.push_back({number, std::get<1>(key), std::get<2>(key)});
  }
  return holders;
}

Result<void> MemorySightingReader::EachDay(const std::vector<std::int64_t>& wanted,
                                           const std::function<Result<void>(const HolderDay&)>& each) {
  for (std::size_t i = 0; i < days_.size(); ++i) {
    const Day& day = days_[i];
    if (!std::ranges::binary_search(wanted, day.holder)) continue;
    if (auto done = each({static_cast<std::int64_t>(i), day.holder, day.day, day.records}); !done) return done;
  }
  return {};
}

Result<void> MemorySightingReader::EachDayOf(std::int64_t holder,
                                             const std::function<Result<void>(const HolderDay&)>& each) {
  return EachDay({holder}, each);
}

Result<void> MemorySightingReader::EachSighting(std::int64_t day_number,
                                                const std::function<Result<void>(const Sighting&)>& each) {
  for (const Entry& entry : days_[static_cast<std::size_t>(day_number)].entries) {
    const EventColumns& columns = EventAt(entry.position).columns;
    const base::SystemTime at{std::chrono::nanoseconds(columns.at)};
    const auto channel = static_cast<v1::Channel>(columns.channel.value_or(0));
    if (auto done = each({entry.position, at, channel, entry.records}); !done) return done;
  }
  return {};
}

Result<std::vector<std::string>> MemorySightingReader::EventIds(const std::vector<std::int64_t>& positions) {
  std::vector<std::string> ids;
  for (const std::int64_t position : positions) ids.push_back(EventAt(position).columns.id);
  return ids;
}

}  // namespace vigie::server
