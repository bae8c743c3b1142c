#include "agent/policy/local_thresholds.h"

#include <google/protobuf/util/time_util.h>
#include <gtest/gtest.h>

#include "agent/policy/active_policy.h"
#include "agent/policy/policy_stage.h"
#include "core/customers/record_set.h"
#include "platform/fake/fake_clock.h"
#include "platform/fake/fake_file_system.h"
#include "proto/contract/time_conversion.h"

namespace vigie::agent::policy {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr char kPolicy[] = R"(
version: 4
thresholds:
  - id: bulk
    when: {channels: [removable_media]}
    measure: distinct_customers
    per: [user]
    window: 1h
    over: 100
    severity: high
    respond: [block_channels]
  - {id: watched, when: {channels: [removable_media]}, measure: events, per: [user], window: 1h, over: 1, severity: low}
  - {id: uploads, when: {channels: [web_upload]}, measure: events, per: [user], window: 1h, over: 1, severity: low}
)";

class LocalThresholdsTest : public ::testing::Test {
 protected:
  LocalThresholdsTest() {
    EXPECT_TRUE(files.MakeDirectories("/state", 0700));
    Use(kPolicy);
  }

  void Use(const std::string& yaml) {
    auto compiled = vigie::policy::ReadPolicy(yaml, "policy.yaml");
    ASSERT_TRUE(compiled) << compiled.error().message;
    thresholds.UsePolicy(&*compiled,
                         [this] { return LocalThresholds::Memory{.acknowledged = {}, .waiting = remembered}; });
  }

  v1::Event CopyOf(std::uint32_t first, std::uint32_t last, const std::string& user = "alice") {
    v1::Event event;
    v1::Activity& activity = *event.mutable_activity();
    activity.set_kind(v1::ACTIVITY_KIND_COPY);
    activity.set_channel(v1::CHANNEL_REMOVABLE_MEDIA);
    activity.set_host("desk-7");
    activity.set_user(user);
    *activity.mutable_at() = contract::ToProto(clock.Now());
    customers::RecordSet records;
    for (std::uint32_t id = first; id <= last; ++id) records.Add(id);
    event.mutable_inspection()->set_evaluated(v1::EVALUATED_FULL);
    event.mutable_inspection()->mutable_customers()->set_records(records.Serialize());
    event.mutable_inspection()->mutable_customers()->set_distinct(last - first + 1);
    event.set_verdict(v1::VERDICT_AUDIT);
    event.set_rule("copies");
    return event;
  }

  // The rule of the event after it was counted.
  std::string Copy(std::uint32_t first, std::uint32_t last, const std::string& user = "alice") {
    v1::Event event = CopyOf(first, last, user);
    thresholds.Observe(event);
    EXPECT_FALSE(event.has_received_at()) << "that is the collector's to say";
    remembered.push_back(event);
    return event.rule();
  }

  bool IsBlocked(const std::string& user = "alice", v1::Channel channel = v1::CHANNEL_REMOVABLE_MEDIA) {
    return blocks.LocalThresholdFor(user, channel).has_value();
  }

  void ListFromCollector(const std::string& user) {
    v1::ChannelBlocks list;
    if (!user.empty()) {
      v1::ChannelBlock& block = *list.add_blocks();
      block.set_user(user);
      block.set_incident_id("7");
      block.add_channels(v1::CHANNEL_REMOVABLE_MEDIA);
    }
    ASSERT_TRUE(blocks.Replace(std::move(list)));
    thresholds.NoteList();
  }

  platform::FakeFileSystem files;
  platform::FakeClock clock;
  ChannelBlockList blocks{files, clock, "/state"};
  LocalThresholds thresholds{blocks, clock};
  std::vector<v1::Event> remembered;
};

TEST_F(LocalThresholdsTest, BlocksTheUserWhoIsOverAndNobodyElse) {
  EXPECT_EQ(Copy(0, 49), "copies");
  EXPECT_EQ(Copy(25, 99), "copies") << "a hundred distinct customers are not over a hundred";
  EXPECT_EQ(Copy(100, 149, "bob"), "copies");
  EXPECT_FALSE(IsBlocked());
  EXPECT_EQ(Copy(100, 100), "bulk") << "the event that tips over carries it";
  EXPECT_TRUE(IsBlocked());
  EXPECT_FALSE(IsBlocked("bob"));
  EXPECT_FALSE(IsBlocked("alice", v1::CHANNEL_WEB_UPLOAD));
  EXPECT_TRUE(thresholds.TakeChange());
  EXPECT_FALSE(thresholds.TakeChange());
  EXPECT_EQ(Copy(1, 2), "copies") << "it is over already";
}

TEST_F(LocalThresholdsTest, TagsHoldHereAsWell) {
  std::string yaml = kPolicy;
  yaml.replace(yaml.find("channels: [removable_media]"), 27, "channels: [removable_media], tags: [alices]");
  Use(yaml + "tags:\n  - {name: alices, when: {users: [alice]}}\n");
  (void)Copy(0, 500, "bob");
  EXPECT_FALSE(IsBlocked("bob"));
  (void)Copy(0, 500);
  EXPECT_TRUE(IsBlocked());
}

TEST_F(LocalThresholdsTest, ABaselineIsTheCollectors) {
  std::string yaml = kPolicy;
  const std::string respond = "    respond: [block_channels]\n";
  yaml.insert(yaml.find(respond), "    baseline: {history: 7d, at_least: 5, deviation: 1}\n");
  Use(yaml);
  (void)Copy(0, 500);
  EXPECT_FALSE(IsBlocked());
  EXPECT_EQ(thresholds.trouble(), "");
}

TEST_F(LocalThresholdsTest, DecidesInThePolicyStage) {
  ActivePolicy active(files, "/state");
  const PolicyStage stage(active, blocks);
  (void)Copy(0, 150);
  const auto judgement = stage.Judge(CopyOf(1, 1).activity(), {});
  EXPECT_EQ(judgement.decision.verdict, v1::VERDICT_BLOCK);
  EXPECT_EQ(judgement.decision.rule, "bulk");
}

TEST_F(LocalThresholdsTest, LeavesTheRuleOfWhatWasStoppedAnyway) {
  v1::Event stopped = CopyOf(0, 150);
  stopped.set_verdict(v1::VERDICT_BLOCK);
  thresholds.Observe(stopped);
  EXPECT_EQ(stopped.rule(), "copies");
  EXPECT_TRUE(IsBlocked());
}

TEST_F(LocalThresholdsTest, BlocksOnlyWhereTheThresholdSaysSo) {
  v1::Event upload = CopyOf(0, 0);
  upload.mutable_activity()->set_channel(v1::CHANNEL_WEB_UPLOAD);
  for (int i = 0; i < 3; ++i) thresholds.Observe(upload);
  EXPECT_FALSE(IsBlocked("alice", v1::CHANNEL_WEB_UPLOAD)) << "that one only raises an incident";
}

TEST_F(LocalThresholdsTest, HandsOverToAListOfTheCollectorThatSaysTheSame) {
  (void)Copy(0, 150);
  ListFromCollector("");
  EXPECT_TRUE(IsBlocked()) << "it may not have heard of it yet";
  ListFromCollector("alice");
  EXPECT_FALSE(IsBlocked());
  ListFromCollector("");  // an analyst has closed the incident
  EXPECT_EQ(Copy(0, 1), "copies");
  EXPECT_FALSE(IsBlocked()) << "the collector's word counts";
}

TEST_F(LocalThresholdsTest, IsLiftedWhenEverythingHasLeftTheWindow) {
  (void)Copy(0, 150);
  clock.Advance(minutes(59));
  thresholds.Sweep();
  EXPECT_TRUE(IsBlocked());
  clock.Advance(minutes(2));
  (void)thresholds.TakeChange();
  thresholds.Sweep();
  EXPECT_FALSE(IsBlocked());
  EXPECT_TRUE(thresholds.TakeChange());
}

TEST_F(LocalThresholdsTest, IsLiftedByAnEventThatFindsItNotOver) {
  (void)Copy(0, 100);
  clock.Advance(minutes(30));
  (void)Copy(0, 50);
  clock.Advance(minutes(31));
  EXPECT_TRUE(IsBlocked());
  (void)Copy(0, 1);
  EXPECT_FALSE(IsBlocked()) << "half of it has left the window";
}

TEST_F(LocalThresholdsTest, AreCountedAnewAfterARestart) {
  (void)Copy(0, 60);
  (void)Copy(61, 120);
  LocalThresholds restarted(blocks, clock);
  blocks.ReplaceLocal({});
  const auto compiled = vigie::policy::ReadPolicy(kPolicy, "policy.yaml");
  restarted.UsePolicy(&*compiled,
                      [this] { return LocalThresholds::Memory{.acknowledged = {}, .waiting = remembered}; });
  EXPECT_TRUE(IsBlocked());
  ListFromCollector("alice");
  LocalThresholds again(blocks, clock);
  again.UsePolicy(&*compiled, [this] { return LocalThresholds::Memory{.acknowledged = {}, .waiting = remembered}; });
  EXPECT_FALSE(IsBlocked()) << "the kept list of the collector says it";
}

TEST_F(LocalThresholdsTest, LeaveWhatTheCollectorHasToItsListAfterARestart) {
  (void)Copy(0, 150);
  blocks.ReplaceLocal({});
  const auto compiled = vigie::policy::ReadPolicy(kPolicy, "policy.yaml");
  LocalThresholds restarted(blocks, clock);
  restarted.UsePolicy(&*compiled, [this] { return LocalThresholds::Memory{.acknowledged = remembered}; });
  EXPECT_FALSE(IsBlocked()) << "an analyst has closed the incident";
  v1::Event further = CopyOf(151, 160);
  restarted.Observe(further);
  EXPECT_FALSE(IsBlocked());
  LocalThresholds another(blocks, clock);
  another.UsePolicy(&*compiled, [&] {
    return LocalThresholds::Memory{.acknowledged = {CopyOf(0, 99)}, .waiting = {CopyOf(100, 100)}};
  });
  EXPECT_TRUE(IsBlocked()) << "the collector does not know of the one that tipped over";
}

TEST_F(LocalThresholdsTest, KnowTheGroupsOfThePolicy) {
  Use(R"(
version: 7
groups: [{name: sales, users: [alice]}]
thresholds:
  - id: sales_bulk
    when: {channels: [removable_media], groups: [sales]}
    measure: distinct_customers
    per: [user]
    window: 1h
    over: 100
    severity: high
    respond: [block_channels]
)");
  EXPECT_EQ(thresholds.trouble(), "");
  (void)Copy(0, 150);
  (void)Copy(0, 150, "bob");
  EXPECT_TRUE(IsBlocked());
  EXPECT_FALSE(IsBlocked("bob"));
}

TEST_F(LocalThresholdsTest, BlockNobodyWhoIsSuppressedUntilThatEnds) {
  const auto ends = contract::ToProto(clock.Now() + minutes(30));
  Use(std::string(kPolicy) + "suppressions:\n  - {threshold: bulk, user: alice, owner: dpo, reason: audit, until: \"" +
      google::protobuf::util::TimeUtil::ToString(ends) + "\"}\n");
  EXPECT_EQ(thresholds.trouble(), "");
  EXPECT_EQ(Copy(0, 150), "copies");
  EXPECT_EQ(Copy(0, 150, "bob"), "bulk");
  EXPECT_FALSE(IsBlocked());
  EXPECT_TRUE(IsBlocked("bob"));
  clock.Advance(minutes(31));
  EXPECT_EQ(Copy(0, 1), "bulk") << "it is over still, and suppressed no more";
  EXPECT_TRUE(IsBlocked());
}

TEST_F(LocalThresholdsTest, BlockTheChannelsOfTheLastStepOfASequence) {
  Use(R"(
version: 8
thresholds:
  - id: pack_and_go
    sequence:
      - {name: pack, when: {activities: [open]}}
      - {name: go, when: {channels: [removable_media], activities: [copy]}}
    measure: events
    per: [user]
    window: 1h
    over: 0
    severity: high
    respond: [block_channels]
)");
  v1::Event open = CopyOf(0, 1);
  open.mutable_activity()->set_kind(v1::ACTIVITY_KIND_OPEN);
  open.mutable_activity()->set_channel(v1::CHANNEL_LOCAL);
  thresholds.Observe(open);
  clock.Advance(minutes(1));
  EXPECT_EQ(Copy(0, 1), "pack_and_go");
  EXPECT_TRUE(IsBlocked());
  EXPECT_FALSE(IsBlocked("alice", v1::CHANNEL_WEB_UPLOAD));
  ListFromCollector("alice");
  EXPECT_FALSE(IsBlocked()) << "handed over";
}

TEST_F(LocalThresholdsTest, ForgetOldEventsAfterARestart) {
  (void)Copy(0, 150);
  clock.Advance(hours(2));
  LocalThresholds restarted(blocks, clock);
  const auto compiled = vigie::policy::ReadPolicy(kPolicy, "policy.yaml");
  restarted.UsePolicy(&*compiled,
                      [this] { return LocalThresholds::Memory{.acknowledged = {}, .waiting = remembered}; });
  EXPECT_FALSE(IsBlocked());
}

TEST_F(LocalThresholdsTest, FollowThePolicy) {
  (void)Copy(0, 150);
  Use("version: 5\n" + std::string(kPolicy).substr(std::string(kPolicy).find("thresholds")));
  EXPECT_TRUE(IsBlocked()) << "only the version is another";
  Use("version: 6\nrules:\n  - {id: all, when: {}, action: audit}\n");
  EXPECT_FALSE(IsBlocked());
}

}  // namespace
}  // namespace vigie::agent::policy
