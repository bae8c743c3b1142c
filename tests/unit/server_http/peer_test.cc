// Who is at the other end.
#include "server/http/peer.h"

#include <gtest/gtest.h>

namespace vigie::server::http {
namespace {

using boost::asio::ip::make_address;

TEST(Peer, OfIpv6ANetworkIsCountedAsOne) {
  EXPECT_EQ(NetworkOf(make_address("192.0.2.7")), "192.0.2.7");
  EXPECT_EQ(NetworkOf(make_address("::ffff:192.0.2.7")), "192.0.2.7");
  EXPECT_EQ(NetworkOf(make_address("2001:db8:1:2:3:4:5:6")), NetworkOf(make_address("2001:db8:1:2::9")));
  EXPECT_NE(NetworkOf(make_address("2001:db8:1:2::9")), NetworkOf(make_address("2001:db8:1:3::9")));
}

}  // namespace
}  // namespace vigie::server::http
