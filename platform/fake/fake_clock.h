#pragma once

#include <chrono>

#include "platform/base/clock.h"
#include "platform/base/guarded.h"

namespace vigie::platform {

// A clock that stands still until a test moves it. Both readings start at fixed moments. Thread-safe.
// base::Deadline reads the machine's steady clock and is not governed by this one.
class FakeClock final : public base::Clock {
 public:
  FakeClock();
  explicit FakeClock(base::SystemTime now);

  base::SystemTime Now() const override;
  base::SteadyTime SteadyNow() const override;

  // Both readings move by `time`.
  void Advance(std::chrono::nanoseconds time);
  // The wall clock jumps, as it does when a machine is set right; the steady clock does not.
  void SetNow(base::SystemTime now);
  void SetSteadyNow(base::SteadyTime now);

 private:
  struct Readings {
    base::SystemTime now;
    base::SteadyTime steady;
  };
  base::Guarded<Readings> readings_;
};

}  // namespace vigie::platform
