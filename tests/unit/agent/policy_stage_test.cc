#include "agent/policy/policy_stage.h"

#include <gtest/gtest.h>

#include "platform/fake/fake_file_system.h"

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
  ActivePolicy active{files, "/state"};
  ChannelBlockList blocks{files, "/state"};
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
  ChannelBlockList restarted(files, "/state");
  ASSERT_TRUE(restarted.Load());
  EXPECT_EQ(restarted.IncidentFor("alice", v1::CHANNEL_NETWORK_TRANSFER), "17");
  ASSERT_TRUE(blocks.Replace({}));
  EXPECT_EQ(stage.Judge(activity, {}).decision.verdict, v1::VERDICT_AUDIT) << "as the policy's own rule says";
}

}  // namespace
}  // namespace vigie::agent::policy
