#include "server/api/agent_states.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/contract/time_conversion.h"
#include "server/api/credit_window.h"
#include "server/api/refused_peers.h"
#include "server/heartbeats.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server::api {
namespace {

using contract::ToProto;
using std::chrono::hours;
using std::chrono::seconds;
using ::testing::HasSubstr;

constexpr base::SystemTime kNow = kStoryBegin + hours(1);

v1::AgentStatus Described(v1::AgentStatus status, const std::optional<Presence>& presence,
                          const v1::RefusedPeer* refused = nullptr) {
  DescribeState(presence, refused, kNow, status);
  return status;
}

TEST(AgentStates, TheGravestIsShown) {
  v1::AgentStatus agent;
  *agent.mutable_enrolled_at() = ToProto(kStoryBegin);
  EXPECT_EQ(Described(agent, {}).state(), v1::AGENT_STATE_NEVER_SEEN);
  Presence here{kStoryBegin, kNow - seconds(5)};
  EXPECT_EQ(Described(agent, here).state(), v1::AGENT_STATE_CONNECTED);
  agent.mutable_clock_offset()->set_seconds(-7200);
  const v1::AgentStatus skewed = Described(agent, here);
  EXPECT_EQ(skewed.state(), v1::AGENT_STATE_SKEWED);
  EXPECT_THAT(skewed.state_reason(), HasSubstr("ahead"));
  here.behind_since = kStoryBegin;
  EXPECT_EQ(Described(agent, here).state(), v1::AGENT_STATE_BEHIND);
  here.heard_at = kNow - seconds(31);
  EXPECT_EQ(Described(agent, here).state(), v1::AGENT_STATE_SILENT);
  v1::RefusedPeer refused;
  refused.set_reason("this agent is not enrolled here");
  EXPECT_EQ(Described(agent, {}, &refused).state_reason(), refused.reason());
  *agent.mutable_revoked_at() = ToProto(kNow);
  EXPECT_EQ(Described(agent, here).state(), v1::AGENT_STATE_REVOKED);
}

TEST(AgentStates, AwayIsSaidWithItsReason) {
  v1::AgentStatus agent;
  *agent.mutable_last_seen_at() = ToProto(kStoryBegin);
  EXPECT_THAT(Described(agent, {}).state_reason(), HasSubstr("since the collector started"));
  *agent.mutable_disconnected_at() = ToProto(kStoryBegin);
  agent.set_disconnected_reason("it said good-bye");
  EXPECT_EQ(Described(agent, {}).state(), v1::AGENT_STATE_DISCONNECTED);
  EXPECT_EQ(Described(agent, {}).state_reason(), "it said good-bye");
}

TEST(RefusedPeers, AreCountedBoundedAndForgottenWhenTheyAreWelcome) {
  const SetClock clock;
  RefusedPeers peers(clock);
  for (int i = 0; i < 3; ++i) peers.Note("ipv4:192.0.2.7:" + std::to_string(5000 + i), "a-1", {{}, "no"});
  ASSERT_EQ(peers.List().size(), 1U) << "the port does not count";
  EXPECT_EQ(peers.List()[0].count(), 3U);
  for (std::size_t i = 0; i < RefusedPeers::kMost + 10; ++i) peers.Note("h:1", "b-" + std::to_string(i), {{}, "no"});
  EXPECT_EQ(peers.List().size(), RefusedPeers::kMost);
  peers.Forget("b-500");
  EXPECT_EQ(peers.List().size(), RefusedPeers::kMost - 1);
}

TEST(CreditWindow, ShrinksAndGrowsWithItsTarget) {
  CreditWindow window;
  EXPECT_EQ(window.Open({100, 1000}).events, 100U);
  EXPECT_EQ(window.Return({10, 100}, {100, 1000}).bytes, 100U) << "what was used";
  EXPECT_EQ(window.Return({30, 300}, {50, 500}).events, 0U) << "less is wanted now";
  EXPECT_EQ(window.Return({40, 400}, {50, 500}).events, 20U);
  EXPECT_EQ(window.Return({50, 500}, {100, 1000}).bytes, 1000U);
  EXPECT_EQ(window.Return({500, 5000}, {100, 1000}).events, 100U) << "more than was given is no debt";
}

// A heartbeat of a host whose clock is `behind` ours, and that has measured `said`.
v1::Heartbeat Beat(std::chrono::nanoseconds behind, seconds said) {
  v1::Heartbeat heartbeat;
  *heartbeat.mutable_at() = ToProto(kNow - behind);
  heartbeat.mutable_clock_offset()->set_seconds(said.count());
  return heartbeat;
}

TEST(ClockOffset, IsBelievedAsFarAsTheHeartbeatBearsItOut) {
  v1::Heartbeat unmeasured = Beat(hours(1), {});
  unmeasured.clear_clock_offset();
  EXPECT_EQ(BelievedOffset(hours(1), unmeasured, kNow), hours(1));
  EXPECT_EQ(BelievedOffset(hours(1), Beat(hours(1), seconds(3598)), kNow), seconds(3598));
  EXPECT_EQ(BelievedOffset(hours(1), Beat(hours(1), seconds(-90)), kNow), hours(1)) << "cannot be";
  const seconds greatest(std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(BelievedOffset(seconds(0), Beat(seconds(0), greatest), kNow), seconds(0));
}

TEST(ClockOffset, FollowsAStepOfTheHostsClock) {
  for (const auto step : {hours(24), hours(-24), hours(-30)}) {
    const seconds said = std::chrono::seconds(step) + seconds(1);
    EXPECT_EQ(BelievedOffset(seconds(0), Beat(step, said), kNow), said);
    EXPECT_EQ(BelievedOffset(said, Beat(seconds(2), seconds(1)), kNow), seconds(1)) << "and back";
  }
}

TEST(ClockOffset, IsNotChangedByAHeartbeatThatWaitedOnItsWay) {
  EXPECT_EQ(BelievedOffset(seconds(3), Beat(seconds(50), seconds(3)), kNow), seconds(3));
}

}  // namespace
}  // namespace vigie::server::api
