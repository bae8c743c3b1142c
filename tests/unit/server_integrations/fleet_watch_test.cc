#include "server/integrations/fleet_watch.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "proto/contract/time_conversion.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server::integrations {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Json = nlohmann::json;

class Watching : public ServerFixture {
 protected:
  Watching() {
    destinations_.emplace_back().config.set_name("soc");
    writer_.emplace(destinations_, pseudonyms_, clock_, "9.9.9");
    Restart();
  }
  void Restart() {
    watch_.emplace(FleetWatchDeps{store_, lane_, *writer_, clock_, [this] { return connected_; }}, minutes(15));
  }
  void Save(const std::string& id, bool revoked = false) {
    AgentRecord agent;
    agent.status.set_id(id);
    agent.status.set_host("host-of-" + id);
    *agent.status.mutable_last_seen_at() = contract::ToProto(clock_.Now());
    if (revoked) *agent.status.mutable_revoked_at() = contract::ToProto(clock_.Now());
    ASSERT_TRUE(store_.Write([&](StoreTransaction& transaction) { return transaction.SaveAgent(agent); }));
  }
  void AddGap(const std::string& agent) {
    v1::GapReport gap;
    gap.set_agent_id(agent);
    gap.set_sensor("files");
    gap.set_lost(3);
    ASSERT_TRUE(store_.Write([&](StoreTransaction& transaction) { return writer_->OnGapAdded(gap, transaction); }));
  }
  void Look() {
    const auto looked = watch_->LookOnce();
    ASSERT_TRUE(looked) << looked.error().message;
  }
  // "agent_unreachable opened agent-1"
  std::vector<std::string> Told() {
    std::vector<std::string> told;
    const auto all = store_.ListWaiting("soc", 1000);
    for (const WaitingMessage& waiting : *all) {
      const Json finding = Json::parse(waiting.message.finding());
      const Json& own = finding["unmapped"];
      told.push_back(finding["finding_info"]["analytic"]["name"].get<std::string>() + " " +
                     own["change"].get<std::string>() + " " +
                     own.value("agent", std::to_string(own["agents"].get<int>()) + " agents"));
    }
    return told;
  }

  std::vector<Destination> destinations_;
  const Pseudonyms pseudonyms_{std::string(32, 'k')};
  std::optional<OutboxWriter> writer_;
  std::unordered_set<std::string> connected_;
  std::optional<FleetWatch> watch_;
};

TEST_F(Watching, TellsAnAbsenceOnceAndItsEnd) {
  Save("agent-1");
  connected_ = {"agent-1"};
  Look();
  clock_.Pass(minutes(60));
  Look();
  EXPECT_THAT(Told(), IsEmpty()) << "it is connected";
  connected_.clear();
  clock_.Pass(minutes(15));
  Look();
  EXPECT_THAT(Told(), IsEmpty());
  clock_.Pass(seconds(1));
  Look();
  clock_.Pass(minutes(60));
  Look();
  EXPECT_THAT(Told(), ElementsAre("agent_unreachable opened agent-1"));
  connected_ = {"agent-1"};
  Look();
  Look();
  EXPECT_THAT(Told(), ElementsAre("agent_unreachable opened agent-1", "agent_unreachable closed agent-1"));
}

TEST_F(Watching, ARestartTellsNothingTwiceAndWaitsForThoseThatComeBack) {
  Save("agent-1");
  Save("agent-2");
  clock_.Pass(minutes(16));
  connected_ = {"agent-2"};
  Look();
  connected_.clear();
  clock_.Pass(minutes(120));
  Restart();
  Look();
  EXPECT_THAT(Told(), ElementsAre("agent_unreachable opened agent-1"));
  clock_.Pass(minutes(16));
  Look();
  EXPECT_THAT(Told(), ElementsAre("agent_unreachable opened agent-1", "agent_unreachable opened agent-2"));
}

TEST_F(Watching, WhoIsRevokedIsNotMissed) {
  Save("agent-1");
  Save("agent-2");
  clock_.Pass(minutes(16));
  Save("agent-1", true);
  Look();
  Save("agent-2", true);
  Look();
  EXPECT_THAT(Told(), ElementsAre("agent_unreachable opened agent-2", "agent_unreachable closed agent-2"));
}

TEST_F(Watching, AWholeSiteIsOneMessage) {
  for (int i = 0; i < 51; ++i) Save("agent-" + std::to_string(i));
  clock_.Pass(minutes(16));
  Look();
  EXPECT_THAT(Told(), ElementsAre("agent_unreachable opened 51 agents"));
  for (int i = 0; i < 51; ++i) connected_.insert("agent-" + std::to_string(i));
  Look();
  EXPECT_EQ(Told().back(), "agent_unreachable closed 51 agents");
}

TEST_F(Watching, GapsOfAMinuteAreOneMessageForEachAgent) {
  AddGap("agent-1");
  clock_.Pass(seconds(30));
  AddGap("agent-1");
  AddGap("agent-2");
  Look();
  EXPECT_THAT(Told(), IsEmpty());
  clock_.Pass(seconds(31));
  Look();
  EXPECT_THAT(Told(), ElementsAre("agent_gaps opened agent-1"));
  const Json finding = Json::parse(store_.ListWaiting("soc", 1)->at(0).message.finding());
  EXPECT_EQ(finding["unmapped"]["gaps"], 2);
  EXPECT_EQ(finding["unmapped"]["lost_events"], 6);
  clock_.Pass(seconds(60));
  Look();
  Look();
  EXPECT_THAT(Told(), ElementsAre("agent_gaps opened agent-1", "agent_gaps opened agent-2"));
}

TEST_F(Watching, WhatCouldNotBeWrittenIsToldLater) {
  Save("agent-1");
  clock_.Pass(minutes(16));
  store_.FailCommits(1);
  EXPECT_FALSE(watch_->LookOnce());
  EXPECT_THAT(Told(), IsEmpty());
  Look();
  EXPECT_THAT(Told(), ElementsAre("agent_unreachable opened agent-1"));
}

}  // namespace
}  // namespace vigie::server::integrations
