#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/guarded.h"
#include "vigie/v1/event.pb.h"

namespace vigie::agent::sensor {

// Stretches in which one sensor was blind, until somebody tells them: one for each reason. Thread-safe, never blocks
// for long: sensors add on their own threads.
class GapList {
 public:
  GapList(const base::Clock& clock, std::string sensor) : clock_(clock), sensor_(std::move(sensor)) {}

  // From `at` to now. `lost` = 0: not known how many.
  void Add(const std::string& reason, base::SystemTime at, std::uint64_t lost);
  // Those since the last call.
  std::vector<v1::Gap> Take();

 private:
  const base::Clock& clock_;
  const std::string sensor_;
  base::Guarded<std::vector<v1::Gap>> gaps_;
};

}  // namespace vigie::agent::sensor
