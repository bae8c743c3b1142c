#include <cstdlib>

#include "platform/linux/fanotify_event_parser.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

bool LiesIn(std::span<const std::byte> part, std::span<const std::byte> whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

// Whatever the bytes: nothing outside them is read, and what is found points into them.
VIGIE_FUZZ(std::span<const std::byte> input) {
  const auto parsed = vigie::platform::ParseFanotifyEvents(input);
  for (const auto& event : parsed.events) {
    if (event.target) Require(LiesIn(event.target->handle, input));
    for (const auto& entry : {event.entry, event.previous_entry}) {
      if (!entry) continue;
      Require(LiesIn(entry->directory.handle, input));
      Require(LiesIn(std::as_bytes(std::span(entry->name)), input));
    }
  }
}
