#include "server/listen_address.h"

#include <gtest/gtest.h>

namespace vigie::server {
namespace {

TEST(ListenAddress, ReadsWhatItWrites) {
  for (const char* text : {"127.0.0.1:7443", "[::1]:0", "0.0.0.0:65535", "collector.example.org:443", "[fe80::1]:1"}) {
    const auto address = ParseListenAddress(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->text(), text);
  }
}

TEST(ListenAddress, RefusesWhatIsNone) {
  for (const char* text : {"", "127.0.0.1", ":1", "127.0.0.1:", "::1:80", "[::1]", "a b:1", "a:65536", "a:-1", "a:1x",
                           "unix:/tmp/socket", "[::1]:99999", "a:1,b:2"}) {
    EXPECT_FALSE(ParseListenAddress(text)) << text;
  }
}

TEST(ListenAddress, KnowsLoopback) {
  for (const char* text : {"127.0.0.1:1", "127.255.255.254:1", "[::1]:1", "localhost:1"}) {
    EXPECT_TRUE(ParseListenAddress(text)->is_loopback()) << text;
  }
  for (const char* text : {"0.0.0.0:1", "[::]:1", "128.0.0.1:1", "127.evil.example.org:1", "127.0.0.1.example.org:1",
                           "127.0.0.256:1", "localhost.example.org:1", "10.0.0.1:1"}) {
    EXPECT_FALSE(ParseListenAddress(text)->is_loopback()) << text;
  }
}

}  // namespace
}  // namespace vigie::server
