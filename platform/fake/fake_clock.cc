#include "platform/fake/fake_clock.h"

namespace vigie::platform {
namespace {

// A Sunday, 18:00 UTC.
constexpr base::SystemTime kStart = std::chrono::sys_days(std::chrono::year{2022} / 9 / 18) + std::chrono::hours(18);
constexpr base::SteadyTime kSteadyStart{std::chrono::hours(1)};

}  // namespace

FakeClock::FakeClock() : FakeClock(kStart) {
}

FakeClock::FakeClock(base::SystemTime now) : readings_(Readings{now, kSteadyStart}) {
}

base::SystemTime FakeClock::Now() const {
  return readings_.Lock()->now;
}

base::SteadyTime FakeClock::SteadyNow() const {
  return readings_.Lock()->steady;
}

void FakeClock::Advance(std::chrono::nanoseconds time) {
  auto readings = readings_.Lock();
  readings->now += time;
  readings->steady += time;
}

void FakeClock::SetNow(base::SystemTime now) {
  readings_.Lock()->now = now;
}

void FakeClock::SetSteadyNow(base::SteadyTime now) {
  readings_.Lock()->steady = now;
}

}  // namespace vigie::platform
