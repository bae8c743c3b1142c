#include "server/detect/channel_blocks.h"

#include <gmock/gmock.h>

#include "proto/contract/time_conversion.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server::detect {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::Incident IncidentOf(const std::string& rule) {
  v1::Incident incident;
  incident.set_id("inc-1");
  incident.set_rule(rule);
  incident.set_user("alice");
  incident.set_host("w1");
  return incident;
}

std::vector<BlockOrder> BlocksFor(const std::string& threshold) {
  const v1::Incident incident = IncidentOf("r");
  return BlocksOf(
      {&incident},
      *MakePolicy("thresholds:\n  - {id: r, measure: events, window: 1h, over: 1, severity: low, " + threshold + "}\n"),
      kStoryBegin);
}

TEST(ChannelBlocks, AreForTheUserOnEveryHost) {
  const auto blocks = BlocksFor("when: {channels: [print, email]}, per: [user], respond: [block_channels]");
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(blocks[0].block.user(), "alice");
  EXPECT_THAT(blocks[0].block.channels(), ElementsAre(v1::CHANNEL_PRINT, v1::CHANNEL_EMAIL));
  EXPECT_TRUE(blocks[0].AppliesTo("w1"));
  EXPECT_TRUE(blocks[0].AppliesTo("w2"));
}

TEST(ChannelBlocks, AreForTheUserOnTheHostWhenBothAreTheSubject) {
  const auto blocks = BlocksFor("when: {channels: [print]}, per: [user, host], respond: [block_channels]");
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(blocks[0].block.user(), "alice");
  EXPECT_TRUE(blocks[0].AppliesTo("w1"));
  EXPECT_FALSE(blocks[0].AppliesTo("w2"));
}

TEST(ChannelBlocks, NeedAResponseAndTheRule) {
  EXPECT_THAT(BlocksFor("per: [user]"), IsEmpty());
  const v1::Incident other = IncidentOf("gone");
  EXPECT_THAT(BlocksOf({&other}, *MakePolicy(BulkThreshold(1, "    respond: [block_channels]\n")), kStoryBegin),
              IsEmpty());
}

v1::Incident WithOrder(const std::string& user, const std::string& host) {
  v1::Incident incident = IncidentOf("gone");
  v1::IncidentBlock& block = *incident.mutable_block();
  block.set_number(2);
  block.add_channels(v1::CHANNEL_PRINT);
  block.set_user(user);
  block.set_host(host);
  *block.mutable_until() = contract::ToProto(kStoryBegin + hours(2));
  return incident;
}

std::vector<std::string> OrdersOf(const v1::Incident& incident, base::SystemTime now) {
  std::vector<std::string> orders;
  const auto policy = MakePolicy(BulkThreshold(1, "    respond: [block_channels]\n"));
  for (const BlockOrder& order : BlocksOf({&incident}, *policy, now)) orders.push_back(order.block.order());
  return orders;
}

TEST(ChannelBlocks, WhatSomebodyOrderedNeedsNoRuleAndHasItsEnd) {
  const v1::Incident incident = WithOrder("", "w1");
  const auto blocks = BlocksOf({&incident}, *MakePolicy(""), kStoryBegin);
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(blocks[0].block.user(), "") << "everybody there";
  EXPECT_EQ(blocks[0].block.order(), "inc-1/2");
  EXPECT_EQ(blocks[0].block.until().seconds(), incident.block().until().seconds());
  EXPECT_THAT(blocks[0].block.channels(), ElementsAre(v1::CHANNEL_PRINT));
  EXPECT_TRUE(blocks[0].AppliesTo("w1"));
  EXPECT_FALSE(blocks[0].AppliesTo("w2"));
  EXPECT_THAT(OrdersOf(incident, kStoryBegin + hours(2)), IsEmpty()) << "its end has come";
}

TEST(ChannelBlocks, AnOrderHoldsForASuppressedIncidentToo) {
  v1::Incident incident = WithOrder("alice", "");
  incident.set_rule("bulk");
  EXPECT_THAT(OrdersOf(incident, kStoryBegin), ElementsAre("inc-1", "inc-1/2"));
  incident.set_state(v1::INCIDENT_STATE_SUPPRESSED);
  EXPECT_THAT(OrdersOf(incident, kStoryBegin), ElementsAre("inc-1/2"));
}

TEST(ChannelBlocks, LiftingTakesTheThresholdsOwnAwayToo) {
  v1::Incident incident = WithOrder("alice", "");
  incident.set_rule("bulk");
  *incident.mutable_block()->mutable_lifted_at() = contract::ToProto(kStoryBegin);
  EXPECT_THAT(OrdersOf(incident, kStoryBegin), IsEmpty());
}

}  // namespace
}  // namespace vigie::server::detect
