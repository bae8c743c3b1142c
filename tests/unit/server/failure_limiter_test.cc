#include "server/api/failure_limiter.h"

#include "server/api/caller_address.h"
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

TEST(CallerAddress, ANetworkIsAnAddressOrASubscribersOfIPv6) {
  EXPECT_EQ(NetworkOf("ipv4:10.0.0.1:5000"), "ipv4:10.0.0.1");
  EXPECT_EQ(NetworkOf("ipv6:[2001:db8::1]:5000"), "ipv6:2001:db8:0:0::/64");
  EXPECT_EQ(NetworkOf("ipv6:%5B2001:db8::2%5D:5001"), "ipv6:2001:db8:0:0::/64");
  EXPECT_EQ(NetworkOf("ipv6:[2001:db8:0:1:2:3:4:5]:1"), "ipv6:2001:db8:0:1::/64");
  EXPECT_EQ(NetworkOf("ipv6:%5Bfe80::1%25eth0%5D:1"), "ipv6:fe80:0:0:0::/64");
  EXPECT_EQ(NetworkOf("ipv6:[::1]:1"), "ipv6:[::1]") << "loopback";
  EXPECT_NE(NetworkOf("ipv6:[::ffff:192.0.2.1]:1"), NetworkOf("ipv6:[::ffff:192.0.2.2]:1")) << "IPv4 in other words";
  for (const char* odd : {"", ":", "ipv6:", "ipv6:[", "ipv6:[1:2:3]:4", "ipv6:[1:2:3:4:5:6:7:8:9]:1", "unix:/path"}) {
    EXPECT_LE(NetworkOf(odd).size(), std::string(odd).size()) << odd;
  }
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
