#pragma once

#include <chrono>
#include <span>

#include "platform/base/file_descriptor.h"

namespace vigie::platform {

// Wakes one thread that sleeps on descriptors (eventfd(2)). Given once, it stays. Thread-safe.
class WakeSignal {
 public:
  WakeSignal();

  void Give();
  // Sleeps until one of the descriptors has input or the signal was given; says whether it was given.
  bool Await(std::span<const int> descriptors) const { return Await(descriptors, std::chrono::milliseconds(-1)); }
  // The same, at most for so long; negative: for ever.
  bool Await(std::span<const int> descriptors, std::chrono::milliseconds patience) const;

 private:
  base::FileDescriptor event_;
};

}  // namespace vigie::platform
