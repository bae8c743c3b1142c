#pragma once

#include <atomic>
#include <cstdint>

#include "platform/file_events.h"

namespace vigie::platform {

// The counts of a sensor while its threads run. Produced is counted when an event is read, its fate where it is
// decided, so that an event that falls between shows as a difference. Delivered counts before the event is given away:
// whoever has seen it finds it counted. Thread-safe.
class SensorCounters {
 public:
  void Produced() { ++produced_; }
  void Delivered() { ++delivered_; }
  void Lost() { ++lost_; }
  void LostAsGone() {
    ++lost_;
    ++gone_;
  }

  SensorCounts Read(std::uint64_t late) const {
    return {.produced = produced_, .delivered = delivered_, .coalesced = 0, .lost = lost_, .gone = gone_, .late = late};
  }

 private:
  std::atomic<std::uint64_t> produced_{0};
  std::atomic<std::uint64_t> delivered_{0};
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<std::uint64_t> gone_{0};
};

}  // namespace vigie::platform
