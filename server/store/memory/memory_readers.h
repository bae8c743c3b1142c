#pragma once

#include <map>
#include <memory>
#include <tuple>

#include "server/store/memory/memory_state.h"

namespace vigie::server {

class MemoryEventReader final : public EventReader {
 public:
  explicit MemoryEventReader(std::shared_ptr<const MemoryState> state) : state_(std::move(state)) {}

  base::Result<void> EachEvent(std::optional<base::SystemTime> since, EventParts parts, const Each& each) override;
  base::Result<void> EachInRange(const EventRange& range, const EachOfRange& each) override;
  base::Result<std::optional<ChannelFigures>> FindRollup(const RollupCell& cell) override;
  base::Result<CellEvents> EventsIn(const RollupCell& cell) override;
  base::Result<std::vector<v1::Event>> EventsById(const std::vector<std::string>& ids) override;

 private:
  std::shared_ptr<const MemoryState> state_;
};

// Works out holders and days when it is opened.
class MemorySightingReader final : public SightingReader {
 public:
  explicit MemorySightingReader(std::shared_ptr<const MemoryState> state);

  base::Result<std::vector<Holder>> Holders(const std::string& ledger) override;
  base::Result<void> EachDay(const std::vector<std::int64_t>& wanted,
                             const std::function<base::Result<void>(const HolderDay&)>& each) override;
  base::Result<void> EachDayOf(std::int64_t holder,
                               const std::function<base::Result<void>(const HolderDay&)>& each) override;
  base::Result<void> EachSighting(std::int64_t day_number,
                                  const std::function<base::Result<void>(const Sighting&)>& each) override;
  base::Result<std::vector<std::string>> EventIds(const std::vector<std::int64_t>& positions) override;

 private:
  struct Entry {
    std::int64_t position = 0;
    customers::RecordSet records;
  };
  struct Day {
    std::int64_t holder = 0;
    std::int64_t day = 0;
    customers::RecordSet records;
    std::vector<Entry> entries;
  };
  void Add(const EventSighting& sighting, std::int64_t position);
  const MemoryEvent& EventAt(std::int64_t position) const { return state_->events[static_cast<std::size_t>(position)]; }

  std::shared_ptr<const MemoryState> state_;
  std::map<std::tuple<std::string, std::string, std::string>, std::int64_t> holders_;  // ledger, user, host
  std::vector<Day> days_;                                                              // number = place
  std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> day_places_;            // holder, day
};

}  // namespace vigie::server
