#include "agent/spool_source.h"

#include <utility>

namespace vigie::agent {

base::Result<std::vector<uplink::SourcedEvent>> SpoolSource::ReadAfter(uplink::EventPosition after, std::size_t events,
                                                                       std::size_t bytes) {
  auto stored = spool_.ReadAfter({after.boot_epoch, after.sequence}, {events, bytes});
  if (!stored) return stored.error();
  std::vector<uplink::SourcedEvent> sourced;
  sourced.reserve(stored->size());
  for (spool::StoredEvent& event : *stored) {
    sourced.push_back({{event.key.boot_epoch, event.key.sequence}, std::move(event.bytes)});
  }
  return sourced;
}

base::Result<void> SpoolSource::Forget(uplink::EventPosition up_to) {
  return spool_.Forget({up_to.boot_epoch, up_to.sequence});
}

}  // namespace vigie::agent
