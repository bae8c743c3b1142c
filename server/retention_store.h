#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "vigie/v1/audit_service.pb.h"
#include "vigie/v1/event.pb.h"
#include "vigie/v1/store_service.pb.h"

namespace vigie::server {

// What retention asks of a store. Each removal is one short transaction; what follows from events (sightings, the
// unions of days, holders) follows in the same one, exactly. One thread; the store outlives it.
class RetentionStore {
 public:
  virtual ~RetentionStore() = default;

  virtual base::Result<v1::RetentionProgress> Progress() = 0;
  // Forgets all progress: every event is looked at again.
  virtual base::Result<void> BeginAnew(const v1::RetentionProgress& progress) = 0;

  struct PlacedEvent {
    std::int64_t position = 0;
    v1::Event event;
  };
  // In order of arrival, those after `position`, at most `limit`. Never the newest of all: its position must not be
  // given again. An event that cannot be read is an empty one.
  virtual base::Result<std::vector<PlacedEvent>> EventsAfter(std::int64_t position, std::uint32_t limit) = 0;
  // That RemoveEvents has passed by, and that no open or suppressed incident holds any more.
  virtual base::Result<std::vector<PlacedEvent>> Released(std::uint32_t limit) = 0;
  // How many of these an open or suppressed incident holds.
  virtual base::Result<std::uint64_t> CountHeld(std::span<const std::int64_t> positions) = 0;

  struct Removed {
    std::size_t passed = 0;    // the first so many of the positions are done
    std::vector<bool> held{};  // of these: whether an open or suppressed incident held it, so that it stays
    std::chrono::nanoseconds took{0};
  };
  // Removes the events at `positions` until about `budget` has passed, at least one.
  virtual base::Result<Removed> RemoveEvents(std::span<const std::int64_t> positions,
                                             std::chrono::nanoseconds budget) = 0;
  virtual base::Result<void> SaveProgress(const v1::RetentionProgress& progress) = 0;

  // Ids of incidents that were closed before `before` and disarm nothing any more, oldest first; never the newest
  // incident, so that its number is not given again.
  virtual base::Result<std::vector<std::string>> ClosedIncidents(base::SystemTime before) = 0;
  // Removes them with their links to events until about `budget` has passed. An incident of many links loses some of
  // them each time, and goes with the last: `passed` may be 0, but something is removed.
  virtual base::Result<Removed> RemoveIncidents(std::span<const std::string> ids, std::chrono::nanoseconds budget) = 0;
  // Lets the audit begin with the first entry that is not older than `before`, and appends `removal` to tell so; how
  // many entries are out of it now. They are shown no more, and wait for RemoveCutAudit.
  virtual base::Result<std::uint64_t> CutAudit(base::SystemTime before, const v1::AuditEntry& removal) = 0;
  virtual base::Result<std::uint64_t> CountAudit(base::SystemTime before) = 0;
  // `passed` 0 = none are left.
  virtual base::Result<Removed> RemoveCutAudit(std::chrono::nanoseconds budget) = 0;

  // Gives some space of what was removed back to the file system; false if there is no more to give.
  virtual base::Result<bool> GiveSpaceBack() = 0;
};

}  // namespace vigie::server
