#include "agent/uplink/back_off.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace vigie::agent::uplink {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(BackOff, DoublesItsBoundFromASecondToHalfAMinute) {
  BackOff back_off([] { return 1.0; });
  EXPECT_EQ(back_off.Next(), seconds(1));
  EXPECT_EQ(back_off.Next(), seconds(2));
  for (int i = 0; i < 20; ++i) back_off.Next();
  EXPECT_EQ(back_off.Next(), seconds(30));
}

TEST(BackOff, NeverComesBackAtOnce) {
  BackOff back_off([] { return 0.0; });
  EXPECT_EQ(back_off.Next(), milliseconds(20));
}

TEST(BackOff, StartsAgainAfterASuccess) {
  BackOff back_off([] { return 1.0; });
  back_off.Next();
  back_off.Next();
  back_off.Reset();
  EXPECT_EQ(back_off.Next(), seconds(1));
}

TEST(BackOff, TenThousandCutOffAtOneMomentDoNotComeBackInStep) {
  std::mt19937_64 random(20220918);  // NOLINT: the same each time
  std::uniform_real_distribution<double> share(0, 1);
  constexpr int kAgents = 10'000;
  std::vector<int> attempts(100);  // in each tenth of a second
  for (int agent = 0; agent < kAgents; ++agent) {
    BackOff back_off([&] { return share(random); });
    std::chrono::nanoseconds at{0};
    for (int attempt = 0; attempt < 3; ++attempt) {
      at += back_off.Next();
      const auto tenth = static_cast<std::size_t>(at / milliseconds(100));
      if (tenth < attempts.size()) ++attempts[tenth];
    }
  }
  for (const int count : attempts) EXPECT_LT(count, kAgents / 5) << "in a tenth of a second";
}

}  // namespace
}  // namespace vigie::agent::uplink
