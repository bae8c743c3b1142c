#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "vigie/v1/event.pb.h"

namespace vigie::agent::spool {

struct EventKey {
  std::uint64_t boot_epoch = 0;
  std::uint64_t sequence = 0;
  auto operator<=>(const EventKey&) const = default;
};

struct StoredEvent {
  EventKey key;
  std::string bytes;  // a serialised v1::Event
};

struct ReadLimits {
  std::size_t events = 1000;
  std::size_t bytes = std::size_t{3} << 20;  // at least one event comes back, however large
};

// What was appended, each in the order of its keys.
struct Recollection {
  std::vector<v1::Event> acknowledged{};
  std::vector<v1::Event> waiting{};
};

struct SpoolSize {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;  // as they stand in the file, sealed
};

// Sequences of one epoch, both ends included.
struct SequenceSpan {
  std::uint64_t epoch = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

}  // namespace vigie::agent::spool
