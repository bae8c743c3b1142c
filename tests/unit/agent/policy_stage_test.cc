#include "agent/policy/policy_stage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/fake/fake_clock.h"
#include "platform/fake/fake_file_system.h"
#include "proto/contract/time_conversion.h"

namespace vigie::agent::policy {
namespace {

v1::Policy MakePolicy(std::uint32_t version, const std::string& rule) {
  v1::Policy policy;
  policy.set_version(version);
  v1::Rule& made = *policy.add_rules();
  made.set_id(rule);
  made.set_action(v1::ACTION_AUDIT);
  return policy;
}

class PolicyStageTest : public ::testing::Test {
 protected:
  PolicyStageTest() { EXPECT_TRUE(files.MakeDirectories("/state", 0700)); }
  platform::FakeFileSystem files;
  platform::FakeClock clock;
  ActivePolicy active{files, "/state"};
  ChannelBlockList blocks{files, clock, "/state"};
  PolicyStage stage{active, blocks};
};

TEST_F(PolicyStageTest, AllowsEverythingWithoutAPolicy) {
  ASSERT_TRUE(active.Load(""));
  EXPECT_EQ(active.version(), 0U);
  const auto judgement = stage.Judge({}, {});
  EXPECT_EQ(judgement.decision.verdict, v1::VERDICT_ALLOW);
  EXPECT_EQ(judgement.policy_version, 0U);
}

TEST_F(PolicyStageTest, UsesTheConfiguredFileUntilTheCollectorHasSentOne) {
  files.AddFile("/policy.yaml", "version: 2\nrules:\n  - {id: mine, when: {}, action: audit}\n");
  ASSERT_TRUE(active.Load("/policy.yaml"));
  EXPECT_EQ(stage.Judge({}, {}).decision.rule, "mine");
  ASSERT_TRUE(active.Adopt(MakePolicy(5, "theirs")));
  ActivePolicy restarted(files, "/state");
  ASSERT_TRUE(restarted.Load("/policy.yaml"));
  EXPECT_EQ(restarted.version(), 5U);
}

TEST_F(PolicyStageTest, KeepsTheLastGoodPolicyWhenABadOneComes) {
  ASSERT_TRUE(active.Adopt(MakePolicy(5, "good")));
  const auto refused = active.Adopt(MakePolicy(6, ""));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("last good"), std::string::npos);
  EXPECT_EQ(active.version(), 5U);
  ActivePolicy restarted(files, "/state");
  ASSERT_TRUE(restarted.Load(""));
  EXPECT_EQ(restarted.version(), 5U);
}

TEST_F(PolicyStageTest, ABadConfiguredPolicyIsAnError) {
  files.AddFile("/policy.yaml", "version: none\n");
  EXPECT_FALSE(active.Load("/policy.yaml"));
  EXPECT_FALSE(active.Load("/missing.yaml"));
}

TEST_F(PolicyStageTest, ADamagedKeptPolicyGivesWayToTheConfiguredOne) {
  files.AddFile("/state/policy.yaml", "rubbish");
  files.AddFile("/policy.yaml", "version: 2\nrules:\n  - {id: mine, when: {}, action: audit}\n");
  ASSERT_TRUE(active.Load("/policy.yaml"));
  EXPECT_EQ(active.version(), 2U);
}

TEST_F(PolicyStageTest, APolicyIsInForceEvenIfItCannotBeKept) {
  files.FailNextWrite({base::ErrorCode::kResourceExhausted, "disk full"});
  EXPECT_TRUE(active.Adopt(MakePolicy(5, "good")));
  EXPECT_EQ(active.version(), 5U);
}

TEST_F(PolicyStageTest, BlocksChannelsOfTheUserThatAnIncidentNames) {
  v1::ChannelBlocks list;
  v1::ChannelBlock& block = *list.add_blocks();
  block.set_user("alice");
  block.set_incident_id("17");
  block.add_channels(v1::CHANNEL_NETWORK_TRANSFER);
  ASSERT_TRUE(blocks.Replace(list));
  v1::Activity activity;
  activity.set_user("alice");
  activity.set_channel(v1::CHANNEL_NETWORK_TRANSFER);
  EXPECT_EQ(stage.Judge(activity, {}).decision.verdict, v1::VERDICT_BLOCK);
  EXPECT_EQ(stage.Judge(activity, {}).decision.rule, "incident:17");
  activity.set_user("bob");
  EXPECT_EQ(stage.Judge(activity, {}).decision.verdict, v1::VERDICT_ALLOW);
  activity.set_user("alice");
  activity.mutable_destination()->set_address("files.example.com");
  v1::Policy policy = MakePolicy(7, "all");
  policy.add_allowed_destinations("files.example.com");
  ASSERT_TRUE(active.Adopt(policy));
  EXPECT_EQ(stage.Judge(activity, {}).decision.rule, "allowed_destination");
  activity.mutable_destination()->set_address("elsewhere.example.com");
  EXPECT_EQ(stage.Judge(activity, {}).decision.rule, "incident:17");
  ChannelBlockList restarted(files, clock, "/state");
  ASSERT_TRUE(restarted.Load());
  EXPECT_EQ(restarted.IncidentFor("alice", v1::CHANNEL_NETWORK_TRANSFER), "17");
  ASSERT_TRUE(blocks.Replace({}));
  EXPECT_EQ(stage.Judge(activity, {}).decision.verdict, v1::VERDICT_AUDIT) << "as the policy's own rule says";
}

class BlocksWithAnEnd : public PolicyStageTest {
 protected:
  BlocksWithAnEnd() {
    v1::ChannelBlocks list;
    Add("inc-7/1", "", v1::CHANNEL_PRINT, list);
    *list.mutable_blocks(0)->mutable_until() = contract::ToProto(clock.Now() + std::chrono::hours(1));
    Add("inc-3", "alice", v1::CHANNEL_EMAIL, list);
    EXPECT_TRUE(blocks.Replace(std::move(list)));
  }
  static void Add(const std::string& order, const std::string& user, v1::Channel channel, v1::ChannelBlocks& list) {
    v1::ChannelBlock& block = *list.add_blocks();
    block.set_user(user);
    block.set_order(order);
    block.set_incident_id(order.substr(0, order.find('/')));
    block.add_channels(channel);
  }
  bool Closes(const std::string& user, v1::Channel channel) { return blocks.IncidentFor(user, channel).has_value(); }
};

TEST_F(BlocksWithAnEnd, EndByThemselvesWithoutTheCollector) {
  EXPECT_TRUE(Closes("bob", v1::CHANNEL_PRINT));
  EXPECT_THAT(blocks.Orders(), ::testing::ElementsAre("inc-3", "inc-7/1"));
  EXPECT_FALSE(*blocks.DropEnded()) << "it is not over yet";
  clock.Advance(std::chrono::hours(1));
  EXPECT_FALSE(Closes("bob", v1::CHANNEL_PRINT));
  EXPECT_TRUE(Closes("alice", v1::CHANNEL_EMAIL)) << "this one has no end of its own";
  EXPECT_THAT(blocks.Orders(), ::testing::ElementsAre("inc-3"));
  EXPECT_TRUE(*blocks.DropEnded()) << "carriers have to be judged again";
  EXPECT_FALSE(*blocks.DropEnded());
}

TEST_F(BlocksWithAnEnd, HoldOverARestartAndStayEndedWhenTheClockIsSetBack) {
  ChannelBlockList restarted(files, clock, "/state");
  ASSERT_TRUE(restarted.Load());
  EXPECT_EQ(restarted.IncidentFor("bob", v1::CHANNEL_PRINT), "inc-7");
  const base::SystemTime before = clock.Now();
  clock.Advance(std::chrono::hours(2));
  ASSERT_TRUE(*restarted.DropEnded());
  clock.SetNow(before);
  EXPECT_FALSE(restarted.IncidentFor("bob", v1::CHANNEL_PRINT));
  ChannelBlockList again(files, clock, "/state");
  ASSERT_TRUE(again.Load());
  EXPECT_FALSE(again.IncidentFor("bob", v1::CHANNEL_PRINT));
}

TEST_F(BlocksWithAnEnd, DoNotStandInForAThresholdsOwn) {
  v1::Threshold threshold;
  threshold.mutable_when()->add_channels(v1::CHANNEL_PRINT);
  EXPECT_FALSE(blocks.Covers("alice", threshold)) << "it would be open when the order ends";
  threshold.mutable_when()->set_channels(0, v1::CHANNEL_EMAIL);
  EXPECT_TRUE(blocks.Covers("alice", threshold));
}

TEST_F(BlocksWithAnEnd, AreOverEvenIfTheFileCannotBeWritten) {
  clock.Advance(std::chrono::hours(1));
  files.FailNextWrite({base::ErrorCode::kResourceExhausted, "disk full"});
  EXPECT_FALSE(blocks.DropEnded());
  EXPECT_FALSE(Closes("bob", v1::CHANNEL_PRINT));
}

}  // namespace
}  // namespace vigie::agent::policy
