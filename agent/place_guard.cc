#include "agent/place_guard.h"

#include <algorithm>
#include <vector>

#include "agent/enforce/enforcer.h"
#include "platform/base/logging.h"

namespace vigie::agent {

using platform::Medium;
using platform::PlaceSet;

bool PlaceGuard::Attach(const Medium& medium, std::uint64_t device) {
  if (parts_.writes == nullptr || medium.kind == platform::MediumKind::kCloudFolder) return false;
  Detach(medium.mount_point);
  if (device != 0 && Put(medium, device)) return true;
  ++unguarded_;
  return false;
}

bool PlaceGuard::Put(const Medium& medium, std::uint64_t device) {
  auto places = places_.Lock();
  const auto free = std::ranges::find_if(*places, [](const auto& place) { return !place.has_value(); });
  if (free == places->end()) return false;
  *free = Place{medium, device};
  const bool guarded = static_cast<bool>(Tell(*places));
  if (!guarded) free->reset();
  return guarded;
}

void PlaceGuard::Detach(const std::string& mount_point) {
  if (parts_.writes == nullptr) return;
  auto places = places_.Lock();
  for (auto& place : *places) {
    if (!place || place->medium.mount_point != mount_point) continue;
    place.reset();
    (void)Tell(*places);
  }
}

base::Result<void> PlaceGuard::Tell(const Places& places) {
  std::vector<std::uint64_t> devices;
  for (const auto& place : places) devices.push_back(place ? place->device : 0);
  return parts_.writes->SetPlaces(devices);
}

std::optional<Medium> PlaceGuard::On(std::uint64_t device) const {
  auto places = places_.Lock();
  for (const auto& place : *places) {
    if (place && place->device == device) return place->medium;
  }
  return std::nullopt;
}

PlaceSet PlaceGuard::RefusedTo(const platform::ProcessDescription& process, const lineage::Taint& taint) const {
  if (parts_.writes == nullptr) return 0;
  const Places places = *places_.Lock();
  PlaceSet refused = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (!places[i]) continue;
    platform::FileEvent event;
    event.path = places[i]->medium.mount_point;
    event.process = process.id;
    event.at = parts_.clock.Now();
    event.on_medium = true;
    const v1::Activity copy = parts_.classifier.Classify({.event = event,
                                                          .process = process,
                                                          .mode = platform::OpenMode::kWrite,
                                                          .medium = places[i]->medium,
                                                          .copied_from = taint.source_path});
    const auto judged = parts_.policy.Judge(copy, taint.inspection);
    if (enforce::Stops(judged.decision)) refused |= PlaceSet{1} << i;
  }
  return refused;
}

// A process that has ended needs no guard. One line for the first failure: a kernel without the means would flood the
// log.
bool PlaceGuard::Refuse(platform::ProcessId process, PlaceSet places) {
  if (parts_.writes == nullptr) return true;
  const auto refused = parts_.writes->Refuse(process, places);
  if (refused || refused.error().code == base::ErrorCode::kNotFound) return true;
  if (failures_++ == 0) base::LogError("a carrier's writes are not refused: {}", refused.error().message);
  return false;
}

}  // namespace vigie::agent
