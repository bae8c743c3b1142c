// A source that fails, and a host whose clock is stepped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "agent/uplink/link_state.h"
#include "agent/uplink/uplink.h"
#include "proto/contract/time_conversion.h"
#include "tests/unit/agent_uplink/uplink_workbench.h"

namespace vigie::agent::uplink {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;

TEST_F(UplinkSessionTest, EverythingArrivesThoughTheSourceCannotForget) {
  source.disk_full = base::Error{base::ErrorCode::kResourceExhausted, "the disk is full"};
  collector.Welcome(4);
  for (std::uint64_t acknowledged = 4; acknowledged < 12; acknowledged += 4) {
    ASSERT_TRUE(session.Step());
    collector.Ack(std::min<std::uint64_t>(acknowledged, 10), 4);
  }
  ASSERT_TRUE(session.Step());
  EXPECT_THAT(collector.Sequences(), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)) << "each once";
  EXPECT_EQ(source.forgotten(), 0U);
  source.disk_full.reset();
  collector.Ack(10, 4);
  ASSERT_TRUE(session.Step());
  EXPECT_EQ(source.forgotten(), 10U) << "it is asked again";
}

TEST_F(UplinkSessionTest, WhatWentAheadAndCannotBeForgottenIsNotUrgentAgain) {
  source.urgent = {7, 9};
  source.disk_full = base::Error{base::ErrorCode::kResourceExhausted, "the disk is full"};
  collector.Welcome(2);
  ASSERT_TRUE(session.Step());
  collector.AckAhead({7, 9}, 2);
  ASSERT_TRUE(session.Step());
  EXPECT_THAT(collector.Sequences(), ElementsAre(7, 9, 1, 2));
  source.disk_full.reset();
  collector.Ack(2, 1);
  ASSERT_TRUE(session.Step());
  EXPECT_THAT(source.gone, ElementsAre(7, 9));
  EXPECT_EQ(source.forgotten(), 2U);
}

TEST_F(UplinkSessionTest, ASpoolThatCannotBeReadIsNoFaultOfTheCollectors) {
  source.unreadable = base::Error{base::ErrorCode::kUnavailable, "the disk is away"};
  collector.Welcome(4);
  EXPECT_FALSE(session.Step());
  EXPECT_TRUE(session.source_failed());
}

// A collector that welcomes, each time again.
class WelcomingStreams final : public EventStreamFactory {
 public:
  std::unique_ptr<EventStream> Connect(std::function<void()>) override {
    collector_.answers.clear();
    collector_.Welcome(4);
    return std::make_unique<FakeStream>(collector_);
  }

 private:
  FakeCollector collector_;
};

TEST(Uplink, NamesItsOwnSpoolWhenThatCannotBeRead) {
  WelcomingStreams streams;
  FakeSource source{10};
  source.unreadable = base::Error{base::ErrorCode::kUnavailable, "the disk is away"};
  const platform::FakeClock clock;
  Uplink uplink({.streams = streams,
                 .source = source,
                 .clock = clock,
                 .hello = [] { return v1::Hello(); },
                 .heartbeat = [] { return v1::Heartbeat(); },
                 .on_policy = [](const v1::Policy&) {},
                 .on_blocks = [](const v1::ChannelBlocks&) {},
                 .random = [] { return 0.5; }});
  std::jthread thread([&](const std::stop_token& stop) { uplink.Run(stop); });
  const auto deadline = base::Deadline::After(seconds(30));
  while (uplink.state().last_error.empty() && !deadline.expired()) std::this_thread::yield();
  EXPECT_EQ(uplink.state().link, LinkState::kSpool);
  EXPECT_THAT(uplink.state().last_outage, ::testing::StartsWith("spool unreadable: the agent's spool: "));
}

TEST_F(UplinkSessionTest, AStepOfTheHostsClockIsToldBeforeWhatWasRecordedAfterIt) {
  SteppedClock stepped;
  UplinkSession stepping{std::make_unique<FakeStream>(collector),
                         {source, callbacks, stepped, times, [] { return v1::Heartbeat(); }}};
  v1::Hello hello;
  *hello.mutable_at() = contract::ToProto(stepped.Now());
  ASSERT_TRUE(stepping.SayHello(hello));
  collector.Welcome(4);
  v1::Welcome& welcome = *collector.answers.back().mutable_welcome();
  *welcome.mutable_hello_received_at() = contract::ToProto(stepped.Now());
  *welcome.mutable_at() = contract::ToProto(stepped.Now());
  source.before_read = [&] { stepped.step = std::chrono::hours(30); };
  ASSERT_TRUE(stepping.Step());
  ASSERT_EQ(collector.received.size(), 4U) << "hello, heartbeat, heartbeat, batch";
  EXPECT_EQ(contract::FromProto(collector.received[2].heartbeat().clock_offset()), -std::chrono::hours(30));
  EXPECT_TRUE(collector.received[3].has_batch());
}

TEST_F(UplinkSessionTest, TheEndOfABlockIsByTheHostsClockFromThenOn) {
  SteppedClock host;
  v1::ChannelBlocks told;
  const CollectorCallbacks noting{[](v1::Policy) {}, [&](v1::ChannelBlocks blocks) { told = std::move(blocks); },
                                  [](const v1::Rejection&) {}};
  UplinkSession noted{std::make_unique<FakeStream>(collector),
                      {source, noting, host, times, [] { return v1::Heartbeat(); }}};
  v1::Hello hello;
  *hello.mutable_at() = contract::ToProto(host.Now());
  ASSERT_TRUE(noted.SayHello(hello));
  const base::SystemTime collectors = host.Now() + std::chrono::hours(3);
  collector.Welcome(0);
  v1::Welcome& welcome = *collector.answers.back().mutable_welcome();
  *welcome.mutable_hello_received_at() = contract::ToProto(collectors);
  *welcome.mutable_at() = contract::ToProto(collectors);
  v1::ChannelBlocks& list = *collector.answers.emplace_back().mutable_blocks();
  *list.add_blocks()->mutable_until() = contract::ToProto(collectors + std::chrono::hours(1));
  list.add_blocks()->set_user("alice");
  ASSERT_TRUE(noted.Step());
  ASSERT_EQ(told.blocks_size(), 2);
  EXPECT_EQ(contract::FromProto(told.blocks(0).until()), host.Now() + std::chrono::hours(1));
  EXPECT_FALSE(told.blocks(1).has_until());
}

}  // namespace
}  // namespace vigie::agent::uplink
