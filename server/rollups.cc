#include "server/rollups.h"

#include <iterator>
#include <ranges>

#include "server/sightings.h"

namespace vigie::server {
namespace {

bool IsMultiple(base::SystemTime at, std::chrono::seconds length) {
  return at.time_since_epoch() % length == std::chrono::nanoseconds(0);
}

}  // namespace

void FigureCount::Add(const v1::Event& event) {
  ++events_;
  bytes_ += event.activity().file().bytes();
  for (const EventSighting& sighting : SightingsOf(event)) AddCustomers(sighting.ledger, sighting.records);
}

void FigureCount::Add(const FigureCount& other) {
  events_ += other.events_;
  bytes_ += other.bytes_;
  for (const auto& [ledger, records] : other.customers_) AddCustomers(ledger, records);
}

void FigureCount::AddCustomers(const std::string& ledger, const customers::RecordSet& records) {
  customers_[ledger].Unite(records);
}

v1::EventFigures FigureCount::Figures() const {
  v1::EventFigures figures;
  figures.set_events(events_);
  figures.set_bytes(bytes_);
  std::uint64_t customers = 0;
  for (const auto& [ledger, records] : customers_) customers += records.size();
  figures.set_distinct_customers(customers);
  return figures;
}

std::vector<RollupCell> CellsIn(base::SystemTime from, base::SystemTime until) {
  std::vector<RollupCell> cells;
  const auto shortest = std::chrono::nanoseconds(kCellLengths[0]).count();
  const auto whole = (from.time_since_epoch().count() + shortest - 1) / shortest * shortest;
  base::SystemTime at{std::chrono::nanoseconds(whole)};
  while (at >= from && at + kCellLengths[0] <= until) {
    for (const std::chrono::seconds length : kCellLengths | std::views::reverse) {
      if (!IsMultiple(at, length) || at + length > until) continue;
      cells.push_back({length, at});
      at += length;
      break;
    }
  }
  return cells;
}

std::vector<RollupCell> PartsOf(const RollupCell& cell) {
  std::vector<RollupCell> parts;
  for (std::size_t i = 1; i < std::size(kCellLengths); ++i) {
    if (cell.length != kCellLengths[i]) continue;
    for (auto at = cell.from; at < cell.until(); at += kCellLengths[i - 1]) parts.push_back({kCellLengths[i - 1], at});
  }
  return parts;
}

std::vector<RollupCell> CellsAt(base::SystemTime at) {
  std::vector<RollupCell> cells;
  for (const std::chrono::seconds length : kCellLengths) cells.push_back({length, at - at.time_since_epoch() % length});
  return cells;
}

}  // namespace vigie::server
