// The uplink against a real gRPC server: whatever the connection does, each event arrives once and in order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/integration/uplink/sender.h"
#include "tests/integration/uplink/unsteady_collector.h"

namespace vigie::agent::uplink {
namespace {

using std::chrono::seconds;

constexpr int kEvents = 2000;

TEST(UplinkGrpc, DeliversEachEventOnceAndInOrderThroughDroppedConnections) {
  UnsteadyCollector collector(20220918);
  Sender sender(Plain(collector.port()));
  sender.Start();
  for (int i = 0; i < kEvents; i += 100) sender.Append(i, i + 100);
  std::jthread calm([&] {  // the storm ends, so that the test does
    const auto storm = base::Deadline::After(seconds(20));
    while (!storm.expired() && collector.kept().paths.size() < kEvents * 3 / 4) std::this_thread::yield();
    collector.Calm();
  });
  ASSERT_TRUE(sender.AwaitEmpty(base::Deadline::After(seconds(90)))) << sender.state().last_error;
  calm.join();
  const auto kept = collector.kept();
  EXPECT_EQ(kept.paths, Expected(kEvents));
  EXPECT_EQ(kept.holes, 0);
  EXPECT_GT(kept.connections, 1) << "the storm did not blow";
}

TEST(UplinkGrpc, DeliversEverythingAfterAnOutage) {
  UnsteadyCollector collector(1);
  collector.Calm();
  Sender sender(Plain(collector.port()));
  sender.Start();
  sender.Append(0, 50);
  ASSERT_TRUE(sender.AwaitEmpty(base::Deadline::After(seconds(30))));
  collector.Stop();
  sender.Append(50, 100);
  collector.Start();
  ASSERT_TRUE(sender.AwaitEmpty(base::Deadline::After(seconds(60)))) << sender.state().last_error;
  EXPECT_EQ(collector.kept().paths, Expected(100));
}

TEST(UplinkGrpc, DeliversOverMutualTls) {
  const Site site;
  UnsteadyCollector collector(1, site.ServerSide());
  collector.Calm();
  Sender sender(site.AgentSide(collector.port(), site.authority));
  sender.Start();
  sender.Append(0, 10);
  ASSERT_TRUE(sender.AwaitEmpty(base::Deadline::After(seconds(60)))) << sender.state().last_error;
  EXPECT_EQ(collector.kept().paths, Expected(10));
}

TEST(UplinkGrpc, IsNotHeardWithACertificateOfAnotherAuthority) {
  const Site site;
  UnsteadyCollector collector(1, site.ServerSide());
  collector.Calm();
  Sender sender(site.AgentSide(collector.port(), *credentials::CreateAuthority("Another authority")));
  sender.Start();
  sender.Append(0, 1);
  // TLS 1.3: the collector refuses when our handshake is done, and all that we see is that the connection breaks.
  EXPECT_TRUE(sender.Await(LinkState::kUnreachable, base::Deadline::After(seconds(30)))) << sender.state().last_outage;
  EXPECT_EQ(collector.kept().connections, 0);
}

TEST(UplinkGrpc, StopsAtOnceWhileNobodyAnswers) {
  CollectorChannel channel = Plain(1);  // nobody listens there
  const auto begun = std::chrono::steady_clock::now();
  {
    Sender sender(std::move(channel));
    sender.Start();
    sender.Append(0, 10);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(20)) << "bounded, not fast";
}

}  // namespace
}  // namespace vigie::agent::uplink
