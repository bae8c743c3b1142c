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
  // What should leave before its turn, as much as fits: of one epoch, by rising sequence; nothing = all may wait for
  // its turn. The same again until it is forgotten.
  virtual base::Result<std::vector<SourcedEvent>> ReadUrgent(std::size_t events, std::size_t bytes) = 0;
  // The collector has everything of this epoch up to this sequence.
  virtual base::Result<void> Forget(EventPosition up_to) = 0;
  // The collector has these of this epoch, whatever is before them.
  virtual base::Result<void> ForgetThese(std::uint64_t boot_epoch, const std::vector<std::uint64_t>& sequences) = 0;
};

}  // namespace vigie::agent::uplink
