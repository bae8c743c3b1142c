#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "server/rollups.h"
#include "vigie/v1/event.pb.h"

namespace vigie::server {

// Where in the events a reader is.
struct ReadProgress {
  std::uint64_t passed = 0;
  std::uint64_t of = 0;
};

// Activities that happened from `from` on and before `until`; unset conditions do not count.
struct EventRange {
  base::SystemTime from{};
  base::SystemTime until{};
  std::string user = {};
  std::string host = {};
  v1::Channel channel = v1::CHANNEL_UNSPECIFIED;
  bool shadow = false;  // only what a rule in shadow would have done, as far as stores keep that apart (version 13)
};

// What is wanted of each event: all of it, or what policies, thresholds and incidents ask for (contract::JudgedEvent
// says what that is), which is read in a fraction of the time. A reader may give more than is wanted.
enum class EventParts { kAll, kJudged };

// Streams the events that were kept when it was opened, on a way of its own: it stops neither writers nor other
// readers, however long it takes. kDataLoss for an event that cannot be read. One thread.
class EventReader {
 public:
  virtual ~EventReader() = default;

  // In order of arrival, those that happened at or after `since`. Stops at the first error that `each` returns, and
  // returns it.
  using Each = std::function<base::Result<void>(const v1::Event&, const ReadProgress&)>;
  virtual base::Result<void> EachEvent(std::optional<base::SystemTime> since, EventParts parts, const Each& each) = 0;
  base::Result<void> EachEvent(std::optional<base::SystemTime> since, const Each& each) {
    return EachEvent(since, EventParts::kAll, each);
  }
  // In order of time, then of arrival. Errors as above.
  using EachOfRange = std::function<base::Result<void>(const v1::Event&, base::SystemTime at)>;
  virtual base::Result<void> EachInRange(const EventRange& range, const EachOfRange& each) = 0;
  // The kept figures of a stretch of time: of all events that are in it now, whenever they came.
  virtual base::Result<std::optional<ChannelFigures>> FindRollup(const RollupCell& cell) = 0;
  // Of those that this reader streams.
  virtual base::Result<CellEvents> EventsIn(const RollupCell& cell) = 0;
  // In the order of `ids`; those that are not kept are left out.
  virtual base::Result<std::vector<v1::Event>> EventsById(const std::vector<std::string>& ids) = 0;
};

}  // namespace vigie::server
