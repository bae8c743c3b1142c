#include "platform/fake/fake_clock.h"

#include <gtest/gtest.h>

namespace vigie::platform {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

TEST(FakeClock, StandsStillUntilItIsMoved) {
  FakeClock clock;
  const auto now = clock.Now();
  const auto steady = clock.SteadyNow();
  EXPECT_EQ(clock.Now(), now);
  clock.Advance(seconds(5));
  EXPECT_EQ(clock.Now() - now, seconds(5));
  EXPECT_EQ(clock.SteadyNow() - steady, seconds(5));
}

TEST(FakeClock, JumpsWithoutTheSteadyReading) {
  FakeClock clock;
  const auto steady = clock.SteadyNow();
  const auto yesterday = clock.Now() - hours(24);
  clock.SetNow(yesterday);
  EXPECT_EQ(clock.Now(), yesterday);
  EXPECT_EQ(clock.SteadyNow(), steady);
  clock.SetSteadyNow(base::SteadyTime(hours(9)));
  EXPECT_EQ(clock.SteadyNow(), base::SteadyTime(hours(9)));
}

}  // namespace
}  // namespace vigie::platform
