#include "server/api/agent_sessions.h"

#include <gtest/gtest.h>

#include <atomic>

#include "proto/contract/time_conversion.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server::api {
namespace {

class FakeSession final : public AgentSession {
 public:
  void SendPolicy(const std::shared_ptr<const v1::Policy>& policy) override {
    policy_version = policy->version();
    ++policies;
  }
  void CheckLife(base::SteadyTime) override {}
  void SendBlocks(const v1::ChannelBlocks& now) override {
    blocks = now;
    ++lists;
  }
  void Disconnect(const base::Error& reason) override { ended = reason.code; }

  std::uint32_t policy_version = 0;
  int policies = 0;
  v1::ChannelBlocks blocks;
  int lists = 0;
  std::optional<base::ErrorCode> ended;
};

std::shared_ptr<const v1::Policy> PolicyOf(std::uint32_t version) {
  v1::Policy policy;
  policy.set_version(version);
  return std::make_shared<const v1::Policy>(policy);
}

BlockOrder Block(const std::string& host, const std::string& user) {
  BlockOrder order;
  order.host = host;
  order.block.set_user(user);
  return order;
}

TEST(AgentSessions, WhoJoinsIsToldWhatIsInForce) {
  const SetClock clock;
  AgentSessions sessions(clock);
  EXPECT_EQ(sessions.TellPolicies({{"default", PolicyOf(3)}}), 0U);
  sessions.OnBlocks({Block("", "alice")});
  const auto session = std::make_shared<FakeSession>();
  sessions.Join({"a", "w1", "w1"}, session);
  EXPECT_EQ(session->policy_version, 3U);
  EXPECT_EQ(session->blocks.blocks_size(), 1);
}

// The sessions look at it from a thread of their own.
class SteppedClock final : public base::Clock {
 public:
  base::SystemTime Now() const override { return kStoryBegin + std::chrono::hours(ahead); }
  base::SteadyTime SteadyNow() const override { return {}; }

  std::atomic<int> ahead = 0;
};

TEST(AgentSessions, ABlockHasItsEndAndComesBackWithAClockThatWasAhead) {
  SteppedClock clock;
  AgentSessions sessions(clock);
  const auto session = std::make_shared<FakeSession>();
  sessions.Join({"a", "w1", "w1"}, session);
  BlockOrder order = Block("", "alice");
  *order.block.mutable_until() = contract::ToProto(clock.Now() + std::chrono::hours(1));
  sessions.OnBlocks({order, Block("", "bob")});
  EXPECT_EQ(session->blocks.blocks_size(), 2);
  clock.ahead = 24;
  sessions.TellEndsOfBlocks();
  EXPECT_EQ(session->blocks.blocks_size(), 1);
  clock.ahead = 0;
  sessions.TellEndsOfBlocks();
  EXPECT_EQ(session->blocks.blocks_size(), 2);
}

TEST(AgentSessions, ChangesReachWhoIsThere) {
  const SetClock clock;
  AgentSessions sessions(clock);
  const auto session = std::make_shared<FakeSession>();
  sessions.Join({"a", "w1", "w1"}, session);
  EXPECT_EQ(sessions.TellPolicies({{"default", PolicyOf(4)}}), 1U);
  EXPECT_EQ(session->policy_version, 4U);
  sessions.OnBlocks({Block("w1", ""), Block("w2", ""), Block("", "bob")});
  EXPECT_EQ(session->blocks.blocks_size(), 2) << "a block of another host is none of its business";
  sessions.OnBlocks({Block("w1", ""), Block("", "bob"), Block("w3", "")});
  EXPECT_EQ(session->lists, 2) << "empty as it joined, then one: nor does it hear of that one's end";
  sessions.OnBlocks({});
  EXPECT_EQ(session->blocks.blocks_size(), 0);
  sessions.Leave("a", session.get());
  EXPECT_EQ(sessions.TellPolicies({{"default", PolicyOf(5)}}), 0U);
}

TEST(AgentSessions, EachIsToldThePolicyOfItsRing) {
  const SetClock clock;
  AgentSessions sessions(clock);
  sessions.PutInRings({{"a", "pilot"}});
  const auto a = std::make_shared<FakeSession>();
  const auto b = std::make_shared<FakeSession>();
  const auto seven = PolicyOf(7);
  const auto eight = PolicyOf(8);
  sessions.TellPolicies({{"pilot", seven}, {"default", seven}});
  sessions.Join({"a", "w1", "w1"}, a);
  sessions.Join({"b", "w2", "w2"}, b);
  EXPECT_EQ(sessions.TellPolicies({{"pilot", eight}, {"default", seven}}), 1U);
  EXPECT_EQ(a->policy_version, 8U);
  EXPECT_EQ(b->policy_version, 7U);
  EXPECT_EQ(b->policies, 1) << "it is not told again what it has";
  EXPECT_EQ(sessions.MoveToRing({"a", "b", "unknown"}, "pilot"), 1U);
  EXPECT_EQ(b->policy_version, 8U);
  EXPECT_EQ(sessions.MoveToRing({"a"}, "default"), 1U);
  EXPECT_EQ(a->policy_version, 7U);
  const auto again = std::make_shared<FakeSession>();
  sessions.Join({"b", "w2", "w2"}, again);
  EXPECT_EQ(again->policy_version, 8U) << "its ring is known when it comes again";
}

TEST(AgentSessions, WhoseRingHasNoPolicyKeepsWhatItHas) {
  const SetClock clock;
  AgentSessions sessions(clock);
  sessions.PutInRings({{"a", "pilot"}});
  const auto a = std::make_shared<FakeSession>();
  const auto b = std::make_shared<FakeSession>();
  sessions.Join({"a", "w1", "w1"}, a);
  sessions.Join({"b", "w2", "w2"}, b);
  EXPECT_EQ(sessions.TellPolicies({{"pilot", PolicyOf(1)}}), 1U);
  EXPECT_EQ(b->policies, 0);
  EXPECT_EQ(sessions.MoveToRing({"a"}, "default"), 0U);
  EXPECT_EQ(a->policies, 1);
}

TEST(AgentSessions, ABlockThatHasEndedIsToldNobody) {
  SetClock clock;
  AgentSessions sessions(clock);
  BlockOrder brief = Block("", "alice");
  brief.block.set_incident_id("inc-1");
  *brief.block.mutable_until() = contract::ToProto(clock.Now() + std::chrono::minutes(1));
  sessions.OnBlocks({brief, Block("", "bob")});
  EXPECT_EQ(sessions.BlocksOf("inc-1").size(), 1U);
  EXPECT_EQ(sessions.BlocksOf("inc-2").size(), 0U);
  clock.Pass(std::chrono::minutes(1));
  EXPECT_EQ(sessions.BlocksOf("inc-1").size(), 0U);
  const auto session = std::make_shared<FakeSession>();
  sessions.Join({"a", "w1", "w1"}, session);
  ASSERT_EQ(session->blocks.blocks_size(), 1);
  EXPECT_EQ(session->blocks.blocks(0).user(), "bob");
}

TEST(AgentSessions, WhatAnAgentHasInForceIsShown) {
  const SetClock clock;
  AgentSessions sessions(clock);
  const auto session = std::make_shared<FakeSession>();
  sessions.Join({"a", "w1", "w1"}, session);
  v1::Heartbeat heartbeat;
  heartbeat.add_blocks("inc-1/1");
  sessions.NoteHeartbeat("a", heartbeat);
  v1::AgentStatus status;
  status.set_id("a");
  sessions.Describe(status);
  ASSERT_EQ(status.blocks_size(), 1);
  EXPECT_EQ(status.blocks(0), "inc-1/1");
  EXPECT_EQ(*sessions.Connections().at("a").blocks, std::vector<std::string>{"inc-1/1"});
  heartbeat.clear_blocks();
  heartbeat.set_spooled_events(1);
  sessions.NoteHeartbeat("a", heartbeat);
  sessions.Describe(status);
  EXPECT_EQ(status.blocks_size(), 0);
  EXPECT_EQ(sessions.Connections().at("a").blocks, nullptr);
}

TEST(AgentSessions, ANewerConnectionReplacesTheOlder) {
  const SetClock clock;
  AgentSessions sessions(clock);
  const auto older = std::make_shared<FakeSession>();
  const auto newer = std::make_shared<FakeSession>();
  sessions.Join({"a", "w1", "w1"}, older);
  sessions.Join({"a", "w1", "w1"}, newer);
  EXPECT_EQ(older->ended, base::ErrorCode::kCancelled);
  EXPECT_FALSE(newer->ended);
  sessions.Leave("a", older.get());
  v1::AgentStatus status;
  status.set_id("a");
  EXPECT_TRUE(sessions.Describe(status)) << "the older one's farewell is not the newer one's";
}

TEST(AgentSessions, TheLastHeartbeatIsShownAndHandedOver) {
  const SetClock clock;
  AgentSessions sessions(clock);
  const auto session = std::make_shared<FakeSession>();
  sessions.Join({"a", "w1", "w1"}, session);
  v1::Heartbeat heartbeat;
  heartbeat.set_spooled_events(9);
  sessions.NoteHeartbeat("a", heartbeat);
  v1::AgentStatus status;
  status.set_id("a");
  sessions.Describe(status);
  EXPECT_EQ(status.spooled_events(), 9U);
  const auto last = sessions.Leave("a", session.get());
  ASSERT_TRUE(last);
  EXPECT_EQ(last->spooled_events(), 9U);
  EXPECT_FALSE(sessions.Describe(status));
}

TEST(AgentSessions, ClosingDisconnectsAllAndThoseToCome) {
  const SetClock clock;
  AgentSessions sessions(clock);
  const auto before = std::make_shared<FakeSession>();
  const auto after = std::make_shared<FakeSession>();
  sessions.Join({"a", "w1", "w1"}, before);
  sessions.Close();
  sessions.Join({"b", "w2", "w2"}, after);
  EXPECT_EQ(before->ended, base::ErrorCode::kUnavailable);
  EXPECT_EQ(after->ended, base::ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace vigie::server::api
