#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/customers/record_set.h"
#include "platform/base/clock.h"
#include "vigie/v1/event.pb.h"
#include "vigie/v1/event_service.pb.h"

// Figures of events that are worked out once and kept: by channel, for stretches of time that are past.
namespace vigie::server {

// Events, bytes and the exact distinct customers of some events. Record ids are of a ledger: the union is taken ledger
// by ledger.
class FigureCount {
 public:
  using Customers = std::map<std::string, customers::RecordSet>;  // by ledger

  FigureCount() = default;
  FigureCount(std::uint64_t events, std::uint64_t bytes) : events_(events), bytes_(bytes) {}

  void Add(const v1::Event& event);
  void Add(const FigureCount& other);
  void AddCustomers(const std::string& ledger, const customers::RecordSet& records);
  std::uint64_t events() const { return events_; }
  std::uint64_t bytes() const { return bytes_; }
  const Customers& customers() const { return customers_; }
  v1::EventFigures Figures() const;

 private:
  std::uint64_t events_ = 0;
  std::uint64_t bytes_ = 0;
  Customers customers_;
};

// Of activities; without those of gaps.
using ChannelFigures = std::map<v1::Channel, FigureCount>;

// A stretch of time that begins at a multiple of its length since 1970. Never before 1970.
struct RollupCell {
  std::chrono::seconds length{};
  base::SystemTime from{};
  base::SystemTime until() const { return from + length; }
  auto operator<=>(const RollupCell&) const = default;
};
// Each is whole times the one before: the day's cell is made of those of four hours, they of quarters of an hour.
inline constexpr std::chrono::seconds kCellLengths[] = {std::chrono::minutes(15), std::chrono::hours(4),
                                                        std::chrono::hours(24)};

// How many events a stretch has, gaps included, and which came last: what has changed since has changed one of them.
struct CellEvents {
  std::int64_t count = 0;
  std::int64_t newest = 0;  // position
  bool operator==(const CellEvents&) const = default;
};

// From `from` to `until` in as few cells as there are; none where not even the shortest fits.
std::vector<RollupCell> CellsIn(base::SystemTime from, base::SystemTime until);
// The next shorter ones that it is made of; none for the shortest.
std::vector<RollupCell> PartsOf(const RollupCell& cell);
// Those that hold a moment, one of each length.
std::vector<RollupCell> CellsAt(base::SystemTime at);

}  // namespace vigie::server
