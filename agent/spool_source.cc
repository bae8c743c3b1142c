#include "agent/spool_source.h"

#include <algorithm>
#include <utility>

namespace vigie::agent {

namespace {

base::Result<std::vector<uplink::SourcedEvent>> Sourced(base::Result<std::vector<spool::StoredEvent>> stored) {
  if (!stored) return stored.error();
  std::vector<uplink::SourcedEvent> sourced;
  sourced.reserve(stored->size());
  for (spool::StoredEvent& event : *stored) {
    sourced.push_back({{event.key.boot_epoch, event.key.sequence}, std::move(event.bytes)});
  }
  return sourced;
}

}  // namespace

base::Result<std::vector<uplink::SourcedEvent>> SpoolSource::ReadAfter(uplink::EventPosition after, std::size_t events,
                                                                       std::size_t bytes) {
  return Sourced(spool_.ReadAfter({after.boot_epoch, after.sequence}, {events, bytes}));
}

// The spool gives the newest first, so that these are it when not all fit; on the wire sequences rise.
base::Result<std::vector<uplink::SourcedEvent>> SpoolSource::ReadUrgent(std::size_t events, std::size_t bytes) {
  auto sourced = Sourced(spool_.ReadUrgent({events, bytes}));
  if (sourced) std::ranges::sort(*sourced, {}, &uplink::SourcedEvent::position);
  return sourced;
}

base::Result<void> SpoolSource::Forget(uplink::EventPosition up_to) {
  return spool_.Forget({up_to.boot_epoch, up_to.sequence});
}

base::Result<void> SpoolSource::ForgetThese(std::uint64_t boot_epoch, const std::vector<std::uint64_t>& sequences) {
  return spool_.ForgetThese(boot_epoch, sequences);
}

}  // namespace vigie::agent
