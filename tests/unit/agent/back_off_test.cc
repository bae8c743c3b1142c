#include "agent/uplink/back_off.h"

#include <gtest/gtest.h>

namespace vigie::agent::uplink {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(BackOff, DoublesFromATenthOfASecondToHalfAMinute) {
  BackOff back_off([] { return 1.0; });
  EXPECT_EQ(back_off.Next(), milliseconds(100));
  EXPECT_EQ(back_off.Next(), milliseconds(200));
  for (int i = 0; i < 20; ++i) back_off.Next();
  EXPECT_EQ(back_off.Next(), seconds(30));
}

TEST(BackOff, NeverWaitsLessThanHalf) {
  BackOff back_off([] { return 0.0; });
  EXPECT_EQ(back_off.Next(), milliseconds(50));
}

TEST(BackOff, StartsAgainAfterASuccess) {
  BackOff back_off([] { return 1.0; });
  back_off.Next();
  back_off.Next();
  back_off.Reset();
  EXPECT_EQ(back_off.Next(), milliseconds(100));
}

}  // namespace
}  // namespace vigie::agent::uplink
