#include "platform/base/clock.h"

#include <gtest/gtest.h>

namespace vigie::base {
namespace {

TEST(Deadline, ThatIsFarAwayHasNotExpired) {
  const Deadline deadline = Deadline::After(std::chrono::hours(1));
  EXPECT_FALSE(deadline.expired());
  EXPECT_GT(deadline.remaining(), std::chrono::minutes(59));
  EXPECT_LE(deadline.remaining(), std::chrono::hours(1));
}

TEST(Deadline, ThatHasPassedLeavesNoTimeAndNeverANegativeOne) {
  const Deadline deadline = Deadline::After(-std::chrono::hours(1));
  EXPECT_TRUE(deadline.expired());
  EXPECT_EQ(deadline.remaining(), std::chrono::nanoseconds(0));
}

TEST(Deadline, KeepsTheMomentThatItWasGiven) {
  const SteadyTime at(std::chrono::seconds(5));
  EXPECT_EQ(Deadline(at).at(), at);
}

TEST(SystemClock, NeverRunsBackwardsOnItsSteadyReading) {
  const SystemClock clock;
  const SteadyTime first = clock.SteadyNow();
  EXPECT_LE(first, clock.SteadyNow());
  EXPECT_GT(clock.Now(), SystemTime(std::chrono::sys_days(std::chrono::year{2022} / 9 / 18)));
}

}  // namespace
}  // namespace vigie::base
