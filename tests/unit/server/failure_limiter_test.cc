#include "server/api/failure_limiter.h"

#include "tests/unit/server/server_fixture.h"

namespace vigie::server::api {
namespace {

void FailTimes(FailureLimiter& limiter, const std::string& peer, int times) {
  for (int i = 0; i < times; ++i) limiter.Failed(peer);
}

TEST(FailureLimiter, ListensUntilTooManyFailuresAndAgainAfterAMinute) {
  SetClock clock;
  FailureLimiter limiter(clock);
  FailTimes(limiter, "ipv4:10.0.0.1:5000", FailureLimiter::kFailures - 1);
  EXPECT_TRUE(limiter.Check("ipv4:10.0.0.1:5000"));
  limiter.Failed("ipv4:10.0.0.1:5001");
  EXPECT_EQ(limiter.Check("ipv4:10.0.0.1:5002").error().code, base::ErrorCode::kResourceExhausted);
  EXPECT_TRUE(limiter.Check("ipv4:10.0.0.2:5000")) << "another address";
  clock.Pass(FailureLimiter::kPeriod);
  EXPECT_TRUE(limiter.Check("ipv4:10.0.0.1:5000"));
}

TEST(FailureLimiter, RemembersABoundedNumberOfAddresses) {
  SetClock clock;
  FailureLimiter limiter(clock);
  FailTimes(limiter, "oldest:1", FailureLimiter::kFailures);
  clock.Pass(std::chrono::seconds(1));
  for (std::size_t i = 0; i < FailureLimiter::kPeers; ++i) limiter.Failed("peer" + std::to_string(i) + ":1");
  EXPECT_TRUE(limiter.Check("oldest:1")) << "forgotten for the newer ones";
}

}  // namespace
}  // namespace vigie::server::api
