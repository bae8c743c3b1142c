// A backup of a running collector, restored, and the agents go on.
#include <gmock/gmock.h>

#include <set>

#include "server/backup.h"
#include "server/store/sqlite/sqlite_integrity.h"
#include "tests/integration/collector/collector_under_test.h"

namespace vigie::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RestoreFlow : public CollectorTest {
 protected:
  void Send(const AgentCredentials& agent, std::uint64_t first, std::uint64_t last) {
    const auto client = Connect(agent);
    std::vector<v1::Event> events;
    for (std::uint64_t i = first; i <= last; ++i) {
      events.push_back(MakeEvent({.agent = agent.agent_id, .sequence = i, .records = {std::uint32_t(i)}}));
    }
    ASSERT_TRUE(client->Send(events));
    ASSERT_TRUE(client->AwaitAck());
    client->SayGoodBye();
    (void)client->Finish();
  }
  v1::AgentStatus TheAgent() const {
    v1::ListAgentsResponse agents;
    EXPECT_TRUE(analyst().fleet->ListAgents(analyst().NewContext().get(), {}, &agents).ok());
    return agents.agents_size() == 1 ? agents.agents(0) : v1::AgentStatus();
  }
};

// The agents' spools have forgotten what was acknowledged after the backup: it is lost, and told as missing.
TEST_F(RestoreFlow, WhatWasLostIsCountedAndNothingIsCountedTwice) {
  Start();
  const auto agent = NewAgent();
  Send(agent, 1, 10);
  EXPECT_EQ(StoredEvents(), 10U) << "and stored: a backup has not what the journal has";
  const std::string backup = state_.files().directory() + ".backup";
  const auto made = MakeBackup({state_.files().directory(), backup, false}, *files_, clock_);
  ASSERT_TRUE(made) << made.error().message;
  Send(agent, 11, 20);
  Stop();
  const auto restored = RestoreBackup({backup, state_.files().directory(), true}, *files_, clock_);
  ASSERT_TRUE(restored) << restored.error().message;
  Start();
  EXPECT_EQ(StoredEvents(), 10U);
  Send(agent, 18, 25);  // it was not told that 18 to 20 were safe
  EXPECT_EQ(StoredEvents(), 18U);
  EXPECT_EQ(TheAgent().missing_events(), 7U) << "11 to 17";
  Send(agent, 18, 26);
  EXPECT_EQ(StoredEvents(), 19U);
  Stop();
  EXPECT_THAT(CheckStore(state_.files().store()).value(), IsEmpty());
}

// Closing leaves the threshold disarmed, which is kept beside the state; of a sequence only the last event counts.
TEST_F(RestoreFlow, ABackupWithAClosedIncidentAndOneOfASequenceIsGood) {
  const std::string sequence =
      "  - id: way\n    measure: events\n    per: [user]\n    window: 30d\n    over: 1\n    severity: low\n    "
      "sequence:\n"
      "      - {name: collect, when: {channels: [removable_media]}}\n"
      "      - {name: exfiltrate, when: {channels: [removable_media]}}\n";
  Start();
  const auto pushed = analyst().PushPolicy(BulkPolicy(1, 5, sequence));
  ASSERT_TRUE(pushed.ok()) << pushed.error_message();
  Send(NewAgent(), 1, 10);
  std::set<std::string> rules;
  for (const v1::Incident& incident : analyst().List()) {
    rules.insert(incident.rule());
    if (incident.rule() != "bulk") continue;
    v1::CloseIncidentRequest request;
    request.set_id(incident.id());
    request.set_reason("a false alarm");
    v1::Incident closed;
    ASSERT_TRUE(analyst().incidents->CloseIncident(analyst().NewContext().get(), request, &closed).ok());
  }
  EXPECT_THAT(rules, ElementsAre("bulk", "way"));
  const std::string backup = state_.files().directory() + ".backup";
  ASSERT_TRUE(MakeBackup({state_.files().directory(), backup, false}, *files_, clock_));
  Stop();
  const auto restored = RestoreBackup({backup, state_.files().directory(), true}, *files_, clock_);
  ASSERT_TRUE(restored) << restored.error().message;
}

}  // namespace
}  // namespace vigie::server
