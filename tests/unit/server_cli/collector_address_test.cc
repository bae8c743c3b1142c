#include "server/cli/collector_address.h"

#include <gtest/gtest.h>

namespace vigie::cli {
namespace {

TEST(CollectorAddress, IsHostAndPort) {
  const auto named = ParseCollectorAddress("collector.example.com:7443");
  ASSERT_TRUE(named);
  EXPECT_EQ(named->host, "collector.example.com");
  EXPECT_EQ(named->port, "7443");
  const auto numbered = ParseCollectorAddress("[2001:db8::1]:7443");
  ASSERT_TRUE(numbered);
  EXPECT_EQ(numbered->host, "2001:db8::1");
}

TEST(CollectorAddress, IsNothingElse) {
  for (const char* text : {"", "host", "host:", ":1", "host:0", "host:65536", "host:1x", "unix:/run/x",
                           "unix:///run/x:1", "dns:///host:1", "2001:db8::1:7443", "ho st:1", "[]:1", "host:-1"}) {
    EXPECT_FALSE(ParseCollectorAddress(text)) << text;
  }
}

TEST(CollectorAddress, KnowsThisMachine) {
  for (const char* text : {"127.0.0.1:1", "127.255.0.9:1", "[::1]:1", "localhost:1"}) {
    const auto address = ParseCollectorAddress(text);
    EXPECT_TRUE(address && address->is_loopback()) << text;
  }
}

TEST(CollectorAddress, TakesNoOtherMachineForThisOne) {
  for (const char* text :
       {"10.0.0.1:1", "127.1:1", "127.0.0.1.example.com:1", "127.0.0.256:1", "127.0.0.1.1:1", "127.0.0.:1",
        "localhost.example.com:1", "[::]:1", "0.0.0.0:1", "1127.0.0.1:1", "[::ffff:10.0.0.1]:1"}) {
    const auto address = ParseCollectorAddress(text);
    EXPECT_FALSE(address && address->is_loopback()) << text;
  }
}

}  // namespace
}  // namespace vigie::cli
