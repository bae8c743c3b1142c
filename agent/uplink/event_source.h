#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/base/result.h"

namespace vigie::agent::uplink {

struct EventPosition {
  std::uint64_t boot_epoch = 0;
  std::uint64_t sequence = 0;
  auto operator<=>(const EventPosition&) const = default;
};

struct SourcedEvent {
  EventPosition position;
  std::string bytes;  // a serialised v1::Event
};

// Where the uplink takes events from and gives their acknowledgement: the spool, seen from here. Thread-safe.
class EventSource {
 public:
  virtual ~EventSource() = default;
  // In order, of one epoch, at most so many events and bytes (but one at least, if there is any).
  virtual base::Result<std::vector<SourcedEvent>> ReadAfter(EventPosition after, std::size_t events,
                                                            std::size_t bytes) = 0;
  // The collector has everything of this epoch up to this sequence.
  virtual base::Result<void> Forget(EventPosition up_to) = 0;
};

}  // namespace vigie::agent::uplink
