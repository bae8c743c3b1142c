// A backtest asked for by the real `vigie`, over TLS, against a collector that has seen a story live.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "platform/sqlite/database.h"
#include "tests/integration/collector/collector_under_test.h"
#include "tests/integration/collector/vigie_command.h"

namespace vigie::server {
namespace {

using std::chrono::hours;
using ::testing::HasSubstr;
using Json = nlohmann::json;

class BacktestOverTheWire : public CollectorTest {
 protected:
  void PlayStory() {
    Start();
    ASSERT_TRUE(analyst().PushPolicy(BulkPolicy(1, 100)).ok());
    const AgentCredentials agent = NewAgent();
    const auto client = Connect(agent);
    std::uint64_t sequence = 0;
    for (std::uint32_t day = 0; day < 4; ++day) {
      for (const char* user : {"alice", "bob", "carol"}) {
        const std::uint32_t fresh = user == std::string("alice") ? 60 : user == std::string("bob") ? 30 : 20;
        ASSERT_TRUE(client->Send({MakeEvent({.agent = agent.agent_id,
                                             .sequence = ++sequence,
                                             .user = user,
                                             .after = hours(24 * day),
                                             .records = Records(day * fresh + 1, fresh)})}));
        ASSERT_TRUE(client->AwaitAck());
      }
    }
    client->SayGoodBye();
    (void)client->Finish();
    (void)analyst().List();  // whose call waits until all that was acknowledged is stored
  }
  Json Backtest(const std::string& policy) {
    const std::string path = state_.files().directory() + "/candidate.yaml";
    state_.Write(path, policy);
    const Outcome outcome = RunVigie("policy backtest --output json " + AsAnalyst(*collector_, state_) + " " + path);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return Json::parse(outcome.out, nullptr, false);
  }
  // All that the store has but the audit, which says that somebody asked.
  std::string StoreContents() const {
    auto database = sqlite::Database::OpenToRead(state_.files().store());
    EXPECT_TRUE(database);
    std::string contents;
    for (const char* sql : {"SELECT group_concat(id || hex(event)) FROM events",
                            "SELECT group_concat(id || state || hex(incident)) FROM incidents",
                            "SELECT group_concat(incident_id || position) FROM incident_events",
                            "SELECT group_concat(version || text) FROM policies",
                            "SELECT group_concat(agent_id || boot_epoch || sequence) FROM high_water_marks",
                            "SELECT group_concat(holder || day || hex(records)) FROM holder_days"}) {
      EXPECT_TRUE(database->Prepare(sql)->ForEach([&](const sqlite::Statement::Row& row) {
        contents += row.Text(0) + "\n";
        return true;
      }));
    }
    return contents;
  }
};

TEST_F(BacktestOverTheWire, ThePolicyInForceRaisesTheLiveIncidents) {
  PlayStory();
  const Json json = Backtest(BulkPolicy(1, 100));
  const auto live = analyst().List();
  ASSERT_EQ(live.size(), 2U);
  ASSERT_EQ(json["incidents"].size(), 2U) << json;
  EXPECT_EQ(json["events"], 12);
  for (const v1::Incident& incident : live) {
    const auto same = std::ranges::find(json["incidents"], incident.subject(),
                                        [](const Json& raised) { return raised["subject"].get<std::string>(); });
    ASSERT_NE(same, json["incidents"].end()) << incident.subject();
    EXPECT_EQ((*same)["side"], "both");
    EXPECT_EQ((*same)["rule"], incident.rule());
    EXPECT_EQ((*same)["new"]["events"], incident.events());
    EXPECT_EQ((*same)["new"]["measured"], incident.measured());
    EXPECT_EQ((*same)["new"]["distinct_customers"], incident.distinct_customers());
    EXPECT_EQ((*same)["new"], (*same)["in_force"]);
  }
}

TEST_F(BacktestOverTheWire, AStricterPolicyRaisesMoreAndNothingChanges) {
  PlayStory();
  const std::string before = StoreContents();
  ASSERT_GT(before.size(), 1000U);
  const Json json = Backtest(BulkPolicy(2, 50, "    respond: [block_channels]\n"));
  EXPECT_TRUE(before == StoreContents());
  ASSERT_EQ(json["incidents"].size(), 3U);
  EXPECT_EQ(json["incidents"][2]["subject"], "user=carol");
  EXPECT_EQ(json["incidents"][2]["side"], "new");
  EXPECT_TRUE(json["incidents"][2]["in_force"].is_null());
  ASSERT_EQ(json["blocked"].size(), 3U);
  EXPECT_EQ(json["blocked"][0]["user"], "alice");
  EXPECT_EQ(json["blocked"][0]["new_events"], 3) << "over with the first event, blocked from the second on";
  EXPECT_EQ(json["version"], 2);
  EXPECT_EQ(json["in_force_version"], 1);
  v1::GetPolicyResponse policy;
  ASSERT_TRUE(analyst().policies->GetPolicy(analyst().NewContext().get(), {}, &policy).ok());
  EXPECT_EQ(policy.policy().version(), 1U);
}

TEST_F(BacktestOverTheWire, PeopleReadTables) {
  PlayStory();
  const std::string path = state_.files().directory() + "/candidate.yaml";
  state_.Write(path, BulkPolicy(2, 50));
  const Outcome outcome = RunVigie("policy backtest " + AsAnalyst(*collector_, state_) + " " + path);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("Version 2 over 12 stored events"));
  EXPECT_THAT(outcome.out, HasSubstr("2 by both, 1 only by the new policy, 0 only by the one in force"));
  EXPECT_THAT(outcome.out, HasSubstr("+ only new  bulk  user=carol"));
  EXPECT_THAT(outcome.out, HasSubstr("Nobody would have been blocked."));
}

TEST_F(BacktestOverTheWire, ABadPolicyAndAStrangerAreRefused) {
  Start();
  v1::BacktestPolicyRequest request;
  request.set_text("version: 0");
  v1::BacktestPolicyResponse message;
  const auto context = analyst().NewContext();
  const auto bad = analyst().policies->BacktestPolicy(context.get(), request);
  EXPECT_FALSE(bad->Read(&message));
  EXPECT_EQ(bad->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  grpc::ClientContext nobody;
  const auto stranger = analyst().policies->BacktestPolicy(&nobody, request);
  EXPECT_FALSE(stranger->Read(&message));
  EXPECT_EQ(stranger->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

}  // namespace
}  // namespace vigie::server
