#pragma once

#include <chrono>
#include <cstddef>
#include <utility>

#include "platform/base/clock.h"

namespace vigie::platform {

// When the thread that reads what nobody waits for sleeps a nap between two looks. Of many events at once most are then
// told together, and nobody who causes one has to wake us: to wake a sleeping processor costs him more than all else
// that we do. While events are still queued it does not sleep: the queue would overflow. Not thread-safe.
class ObservationPace {
 public:
  static constexpr auto kNap = std::chrono::milliseconds(1);

  // Of each queue at each look. `bytes_left` of the buffer: with room for another event the queue was empty.
  void NoteRead(std::size_t events, std::size_t bytes_left) {
    count_ += events;
    drained_ = drained_ && bytes_left >= kLargestEvent;
  }

  // After each look at all queues.
  bool NapIsDue(base::SteadyTime now) {
    if (now > since_ + kMoment) {
      since_ = now;
      count_ = 0;
    }
    return std::exchange(drained_, true) && count_ >= kMany;
  }

 private:
  static constexpr auto kMoment = std::chrono::milliseconds(4);
  static constexpr std::size_t kMany = 16;  // in a moment
  // A rename between two names of 255 bytes, with the largest handles.
  static constexpr std::size_t kLargestEvent = 1024;

  base::SteadyTime since_{};
  std::size_t count_ = 0;
  bool drained_ = true;
};

}  // namespace vigie::platform
