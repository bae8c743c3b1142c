#pragma once

#include <chrono>
#include <cstdint>

#include "platform/base/clock.h"
#include "platform/base/guarded.h"

namespace vigie::agent::lineage {

struct OpenStreakLimits {
  int waits = 8;                         // of one process in a row; a compiler waits for two or three files
  std::chrono::milliseconds gap{20};     // longer than this between two of them, and it begins anew
  std::chrono::milliseconds pause{100};  // longer than this, and it has ended: he waits for none that we were ahead of
};

// Whether somebody goes through new files one after the other, and waits for the inspection of each (a version control
// system after a checkout, a search). Who comes behind the inspections waits for all that are left. Thread-safe.
class OpenStreak {
 public:
  explicit OpenStreak(OpenStreakLimits limits = {}) : limits_(limits) {}

  // An open of `pid` has to wait for an inspection.
  void NoteWaited(std::int32_t pid, base::SteadyTime now) {
    auto streak = streak_.Lock();
    const bool goes_on = streak->waits >= limits_.waits;
    const bool same = streak->pid == pid && now - streak->last <= (goes_on ? limits_.pause : limits_.gap);
    *streak = {.pid = pid, .waits = same ? streak->waits + 1 : 1, .last = now};
  }

  bool GoesOn(base::SteadyTime now) const {
    auto streak = streak_.Lock();
    return streak->waits >= limits_.waits && now - streak->last <= limits_.pause;
  }

 private:
  struct Streak {
    std::int32_t pid = 0;
    int waits = 0;
    base::SteadyTime last{};
  };

  const OpenStreakLimits limits_;
  base::Guarded<Streak> streak_;
};

}  // namespace vigie::agent::lineage
