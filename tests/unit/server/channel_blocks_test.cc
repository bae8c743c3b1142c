#include "server/detect/channel_blocks.h"

#include <gmock/gmock.h>

#include "tests/unit/server/server_fixture.h"

namespace vigie::server::detect {
namespace {

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
  return BlocksOf({&incident},
                  *MakePolicy("thresholds:\n  - {id: r, measure: events, window: 1h, over: 1, severity: low, " +
                              threshold + "}\n"));
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
  EXPECT_THAT(BlocksOf({&other}, *MakePolicy(BulkThreshold(1, "    respond: [block_channels]\n"))), IsEmpty());
}

}  // namespace
}  // namespace vigie::server::detect
