// What carriers send over IPv4 and IPv6, by TCP, UDP and ICMP, is told exactly and refused where it must be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/root/kernel_sensors/guard_fixture.h"

namespace vigie::test {
namespace {

using platform::Transport;

constexpr std::uint64_t kMegabyte = 1'000'000;

class Sending : public GuardFixture {};

TEST_F(Sending, TellsTheExactBytesOfAConnection) {
  const LoopbackServer server(Kind::kTcp, "127.0.0.1");
  Watch(Mode::kReport);
  ASSERT_EQ(actor_->Connect("a", "127.0.0.1", server.port()), "ok");
  ASSERT_EQ(actor_->Send("a", kMegabyte + 7), "ok");
  ASSERT_TRUE(server.AwaitBytes(kMegabyte + 7));
  ASSERT_EQ(actor_->Close("a"), "ok");
  const auto attempt = AwaitAttemptAt(server.port());
  ASSERT_TRUE(attempt);
  const auto end = AwaitEndOf(attempt->connection);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->bytes_sent, kMegabyte + 7);
  EXPECT_EQ(end->process, actor_->id());
}

TEST_F(Sending, TellsTheExactBytesOverIpv6) {
  const LoopbackServer server(Kind::kTcp, "::1");
  Watch(Mode::kReport);
  ASSERT_EQ(actor_->Connect("a", "::1", server.port()), "ok");
  ASSERT_EQ(actor_->Send("a", kMegabyte), "ok");
  ASSERT_TRUE(server.AwaitBytes(kMegabyte));
  ASSERT_EQ(actor_->Close("a"), "ok");
  const auto attempt = AwaitAttemptAt(server.port());
  ASSERT_TRUE(attempt);
  EXPECT_EQ(attempt->address, ParseAddress("::1"));
  const auto end = AwaitEndOf(attempt->connection);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->bytes_sent, kMegabyte);
}

TEST_F(Sending, RefusesTcpOverBothProtocols) {
  const LoopbackServer server(Kind::kTcp, "::");
  Watch(Mode::kDeny);
  EXPECT_EQ(actor_->Connect("a", "127.0.0.1", server.port()), "E1");
  EXPECT_EQ(actor_->Connect("a", "::1", server.port()), "E1");
  EXPECT_EQ(actor_->Connect("a", "::ffff:127.0.0.1", server.port()), "E1");
  Allow("127.0.0.1");
  EXPECT_EQ(actor_->Connect("a", "127.0.0.1", server.port()), "ok");
  EXPECT_EQ(actor_->Connect("a", "::ffff:127.0.0.1", server.port()), "ok");  // the same place
  EXPECT_EQ(actor_->Connect("a", "::1", server.port()), "E1");
  EXPECT_EQ(server.bytes(), 0U);
}

TEST_F(Sending, RefusesDatagramsConnectedOrNot) {
  const LoopbackServer server(Kind::kUdp, "::");
  const LoopbackServer allowed(Kind::kUdp, "::");
  Watch(Mode::kDeny);
  Allow("127.0.0.1", allowed.port());
  EXPECT_EQ(actor_->SendTo("127.0.0.1", server.port(), 100), "E1");
  EXPECT_EQ(actor_->SendTo("::1", server.port(), 100), "E1");
  EXPECT_EQ(actor_->ConnectUdp("u", "127.0.0.1", server.port()), "E1");
  EXPECT_EQ(actor_->SendTo("127.0.0.1", allowed.port(), 100), "100");
  EXPECT_TRUE(allowed.AwaitBytes(100));
  EXPECT_EQ(server.bytes(), 0U);
  const auto attempt = AwaitAttemptAt(server.port());
  ASSERT_TRUE(attempt);
  EXPECT_EQ(attempt->transport, Transport::kUdp);
  EXPECT_TRUE(attempt->denied);
}

TEST_F(Sending, TellsManyDatagramsToOnePlaceOnceAndCountsTheirBytes) {
  const LoopbackServer server(Kind::kUdp, "127.0.0.1");
  Watch(Mode::kReport);
  ASSERT_EQ(actor_->Do("connect('u', '127.0.0.1', " + std::to_string(server.port()) + ", socket.SOCK_DGRAM)"), "ok");
  ASSERT_EQ(actor_->Do("sum(sockets['u'].send(b'x' * 100) for i in range(50))"), "5000");
  ASSERT_EQ(actor_->Do("sum(send_to('127.0.0.1', " + std::to_string(server.port()) + ", 10) for i in range(50))"),
            "500");
  ASSERT_TRUE(server.AwaitBytes(5500));
  ASSERT_EQ(actor_->Close("u"), "ok");
  const auto attempt = AwaitAttemptAt(server.port());
  ASSERT_TRUE(attempt);
  const auto end = AwaitEndOf(attempt->connection);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->bytes_sent, 5000U);
  EXPECT_GE(guard_->counts().coalesced, 45U);
  EXPECT_LE(recorder_.attempts().size(), 5U);  // one a second
}

TEST_F(Sending, RefusesRawPackets) {
  ASSERT_EQ(actor_->Do("ping('127.0.0.1')"), "16");
  Watch(Mode::kDeny);
  EXPECT_EQ(actor_->Do("ping('127.0.0.1')"), "E1");
  const auto attempt = recorder_.AwaitAttempt([](const auto& told) { return told.transport == Transport::kIcmp; });
  ASSERT_TRUE(attempt);
  EXPECT_TRUE(attempt->denied);
  EXPECT_EQ(attempt->address, ParseAddress("127.0.0.1"));
  Allow("127.0.0.1");
  EXPECT_EQ(actor_->Do("ping('127.0.0.1')"), "16");
}

TEST_F(Sending, TellsTheServerNameOverBothProtocols) {
  const LoopbackServer server(Kind::kTcp, "::");
  Watch(Mode::kReport);
  for (const std::string address : {"127.0.0.1", "::1"}) {
    const std::string name = address == "::1" ? "six.example.com" : "a-rather-long-name-of-a-host.four.example.com";
    const auto bytes = actor_->Do("hello('" + address + "', " + std::to_string(server.port()) + ", '" + name + "')");
    const auto told = recorder_.AwaitTraffic([&](const auto& traffic) { return traffic.server_name == name; });
    ASSERT_TRUE(told) << address;
    EXPECT_EQ(std::to_string(told->bytes_sent), bytes);
    const auto attempt = recorder_.AwaitAttempt(
        [&](const auto& made) { return made.connection == told->connection && made.address == ParseAddress(address); });
    EXPECT_TRUE(attempt) << address;
  }
}

TEST_F(Sending, TellsTheServerNameOfOpenssl) {
  const LoopbackServer server(Kind::kTcp, "127.0.0.1");
  Watch(Mode::kReport);
  actor_->Do("run('timeout 1 openssl s_client -connect 127.0.0.1:" + std::to_string(server.port()) +
             " -servername upload.example.com')");
  const auto told =
      recorder_.AwaitTraffic([](const auto& traffic) { return traffic.server_name == "upload.example.com"; });
  EXPECT_TRUE(told);
}

}  // namespace
}  // namespace vigie::test
