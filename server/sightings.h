#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/customers/record_set.h"
#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "vigie/v1/event.pb.h"

// Who held which customers, as every store keeps it beside its events: for each holder (a user on a host) and day the
// union of the customers of one ledger, and below it the events it comes from. One event with customers of two ledgers
// is two sightings. The days say quickly who matters, the sightings exactly what happened.
namespace vigie::server {

// The customers in an event: one for each ledger, none empty. Record sets that do not parse hold nobody (ingest refuses
// those).
struct EventSighting {
  std::string ledger;
  customers::RecordSet records;
};
std::vector<EventSighting> SightingsOf(const v1::Event& event);

// Days since 1970, UTC.
std::int64_t DayOf(std::int64_t nanoseconds);

struct Holder {
  std::int64_t number = 0;  // names it while the store lives
  std::string user;         // "" = not known
  std::string host;
};

struct HolderDay {
  std::int64_t number = 0;
  std::int64_t holder = 0;
  std::int64_t day = 0;
  const customers::RecordSet& records;
};

struct Sighting {
  std::int64_t position = 0;  // of its event, by arrival
  base::SystemTime at{};
  v1::Channel channel = v1::CHANNEL_UNSPECIFIED;
  const customers::RecordSet& records;
};

// Sees the store as it was when it was opened, on a way of its own: long reads stop neither writers nor other readers.
// Each… stops at the first error that the callback returns, and returns it. kDataLoss for what cannot be read. One
// thread.
class SightingReader {
 public:
  virtual ~SightingReader() = default;

  // All of this ledger.
  virtual base::Result<std::vector<Holder>> Holders(const std::string& ledger) = 0;
  // Every day of every ledger's holders whose number is in `wanted`, which is sorted; in any order.
  virtual base::Result<void> EachDay(const std::vector<std::int64_t>& wanted,
                                     const std::function<base::Result<void>(const HolderDay&)>& each) = 0;
  virtual base::Result<void> EachDayOf(std::int64_t holder,
                                       const std::function<base::Result<void>(const HolderDay&)>& each) = 0;
  // In order of arrival.
  virtual base::Result<void> EachSighting(std::int64_t day_number,
                                          const std::function<base::Result<void>(const Sighting&)>& each) = 0;
  // In the order of `positions`.
  virtual base::Result<std::vector<std::string>> EventIds(const std::vector<std::int64_t>& positions) = 0;
};

}  // namespace vigie::server
