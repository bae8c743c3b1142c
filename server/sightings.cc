#include "server/sightings.h"

#include <algorithm>

namespace vigie::server {
namespace {

constexpr std::int64_t kDayNanoseconds = std::int64_t{86'400} * 1'000'000'000;

void Add(const v1::CustomerFinding& finding, std::vector<EventSighting>& sightings) {
  const auto records = customers::RecordSet::Parse(finding.records());
  if (!records || records->empty()) return;
  const auto same = std::ranges::find(sightings, finding.ledger(), &EventSighting::ledger);
  if (same != sightings.end()) {
    same->records.Unite(*records);
  } else {
    sightings.push_back({finding.ledger(), *records});
  }
}

}  // namespace

std::vector<EventSighting> SightingsOf(const v1::Event& event) {
  std::vector<EventSighting> sightings;
  if (!event.has_activity()) return sightings;
  Add(event.inspection().customers(), sightings);
  for (const v1::CustomerFinding& other : event.inspection().customers_of_other_ledgers()) Add(other, sightings);
  return sightings;
}

std::int64_t DayOf(std::int64_t nanoseconds) {
  return nanoseconds / kDayNanoseconds - (nanoseconds % kDayNanoseconds < 0 ? 1 : 0);
}

}  // namespace vigie::server
