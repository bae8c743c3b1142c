#pragma once

#include <cstddef>
#include <deque>
#include <map>

#include "platform/base/clock.h"
#include "platform/base/guarded.h"
#include "platform/file_events.h"

namespace vigie::agent::inspect {

// Since when the verdicts of files that somebody waited for hold: they are as new as the open that asked for them. A
// change time alone does not say which of a change and an inspection in the same moment came first. Remembers the
// latest so many. Thread-safe.
class FreshVerdicts {
 public:
  explicit FreshVerdicts(std::size_t capacity = 8192) : capacity_(capacity) {}

  // The file was inspected, after an open at `asked_at`.
  void Note(const platform::FileIdentity& file, base::SteadyTime asked_at);
  // Whether exactly this file was inspected for an open later than `changed_at`. Forgets it: a change is told once.
  bool TakeLaterThan(const platform::FileIdentity& file, base::SteadyTime changed_at);
  // An inspection that nobody waited for has ended: what it says may be older, and may stand in place of the fresh one.
  void Forget(const platform::FileIdentity& file);

 private:
  struct Table {
    std::map<platform::FileIdentity, base::SteadyTime> asked;
    std::deque<platform::FileIdentity> oldest_first;  // some may have been taken
  };

  const std::size_t capacity_;
  base::Guarded<Table> table_;
};

}  // namespace vigie::agent::inspect
