#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/integration/cli/fake_collector.h"
#include "tests/support/temporary_directory.h"

namespace vigie::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Json = nlohmann::ordered_json;

v1::Event MakeEvent(std::uint64_t sequence) {
  v1::Event event;
  event.set_agent_id("a-1");
  event.set_boot_epoch(1);
  event.set_sequence(sequence);
  event.mutable_activity()->set_host("w1");
  event.mutable_activity()->mutable_file()->set_path("/srv/\x1b[31mexport.csv");
  return event;
}

TEST(EventCommands, QueryFollowsThePagesToTheEnd) {
  FakeCollector collector;
  for (std::uint64_t i = 1; i <= 5; ++i) collector.state().Lock()->events.push_back(MakeEvent(i));
  const Outcome outcome = collector.Run({"events", "query", "--output", "json"});
  EXPECT_EQ(outcome.exit_code, kFine) << outcome.err;
  const Json json = Json::parse(outcome.out);
  ASSERT_EQ(json.size(), 5U);
  EXPECT_EQ(json[0]["id"], "a-1/1/1");
  EXPECT_EQ(json[4]["id"], "a-1/1/5");
}

TEST(EventCommands, QueryPassesEveryFilter) {
  FakeCollector collector;
  const Outcome outcome =
      collector.Run({"events", "query", "--since", "2026-11-22T10:00:00Z", "--user", "alice", "--host", "w1",
                     "--channel", "web_upload", "--incident", "i-1", "--rule", "r", "--shadow"});
  EXPECT_EQ(outcome.exit_code, kFine) << outcome.err;
  const v1::QueryEventsRequest query = collector.state().Lock()->last_query;
  EXPECT_EQ(query.since().seconds(), 1'795'341'600);
  EXPECT_EQ(query.user(), "alice");
  EXPECT_EQ(query.host(), "w1");
  EXPECT_EQ(query.channel(), v1::CHANNEL_WEB_UPLOAD);
  EXPECT_EQ(query.incident_id(), "i-1");
  EXPECT_EQ(query.rule(), "r");
  EXPECT_TRUE(query.shadow());
}

TEST(EventCommands, QueryAlsoTakesHowLongAgo) {
  FakeCollector collector;
  EXPECT_EQ(collector.Run({"events", "query", "--since", "24h"}).exit_code, kFine);
  const auto since = collector.state().Lock()->last_query.since().seconds();
  EXPECT_NEAR(static_cast<double>(since), static_cast<double>(std::time(nullptr) - 86'400), 60);
}

TEST(EventCommands, QueryShowsHostilePathsHarmlessly) {
  FakeCollector collector;
  collector.state().Lock()->events.push_back(MakeEvent(1));
  const Outcome outcome = collector.Run({"events", "query"});
  EXPECT_THAT(outcome.out, HasSubstr("/srv/?[31mexport.csv"));
}

class AgentCommands : public ::testing::Test {
 protected:
  AgentCommands() {
    v1::AgentStatus agent;
    agent.set_id("a-1");
    agent.set_host("w1");
    agent.set_connected(true);
    auto* good = agent.add_sensors();
    good->set_name("file_events");
    good->set_state(v1::SENSOR_STATE_RUNNING);
    auto* bad = agent.add_sensors();
    bad->set_name("removable_media");
    bad->set_state(v1::SENSOR_STATE_UNSUPPORTED);
    bad->set_reason("no udev");
    collector_.state().Lock()->agents.push_back(agent);
  }

  FakeCollector collector_;
};

TEST_F(AgentCommands, ListNamesTheSensorsThatAreNotWell) {
  const Outcome outcome = collector_.Run({"agents", "list"});
  EXPECT_EQ(outcome.exit_code, kFine) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("1 running, removable_media unsupported"));
  const Json json = Json::parse(collector_.Run({"agents", "list", "--output", "json"}).out);
  ASSERT_EQ(json.size(), 1U);
  EXPECT_EQ(json[0]["sensors"][1]["state"], "unsupported");
}

TEST_F(AgentCommands, ShowGivesOneAgent) {
  const Outcome table = collector_.Run({"agents", "show", "a-1"});
  EXPECT_EQ(table.exit_code, kFine) << table.err;
  EXPECT_THAT(table.out, HasSubstr("no udev"));
  EXPECT_EQ(Json::parse(collector_.Run({"agents", "show", "a-1", "--output", "json"}).out)["host"], "w1");
  const Outcome unknown = collector_.Run({"agents", "show", "a-2"});
  EXPECT_EQ(unknown.exit_code, kUsage);
  EXPECT_THAT(unknown.err, HasSubstr("no agent has the id a-2"));
}

TEST_F(AgentCommands, ListSaysStateReasonAndWhoWasRefused) {
  {
    auto state = collector_.state().Lock();
    v1::AgentStatus& agent = state->agents[0];
    agent.set_state(v1::AGENT_STATE_SKEWED);
    agent.set_state_reason("its clock is 3600s ahead");
    agent.mutable_clock_offset()->set_seconds(-3600);
    v1::RefusedPeer& peer = state->refused.emplace_back();
    peer.set_address("ipv4:192.0.2.7");
    peer.set_agent_id("a-9");
    peer.set_reason("this agent is not enrolled here");
    peer.set_count(12);
  }
  const std::string table = collector_.Run({"agents", "list"}).out;
  EXPECT_THAT(table, HasSubstr("skewed"));
  EXPECT_THAT(table, HasSubstr("its clock is 3600s ahead"));
  EXPECT_THAT(table, HasSubstr("192.0.2.7"));
  EXPECT_THAT(table, HasSubstr("not enrolled here"));
  const Json json = Json::parse(collector_.Run({"agents", "list", "--output", "json"}).out);
  EXPECT_EQ(json[0]["state"], "skewed");
  EXPECT_EQ(json[0]["clock_offset_milliseconds"], -3'600'000);
}

TEST_F(AgentCommands, GapsAreListed) {
  {
    auto state = collector_.state().Lock();
    v1::GapReport& gap = state->gaps.emplace_back();
    gap.set_kind(v1::GAP_KIND_MISSING);
    gap.set_agent_id("a-1");
    gap.set_host("w1");
    gap.set_sensor("delivery");
    gap.set_lost(3);
    gap.set_boot_epoch(7);
    gap.set_first_sequence(5);
    gap.set_last_sequence(7);
  }
  const Outcome table = collector_.Run({"agents", "gaps"});
  EXPECT_EQ(table.exit_code, kFine) << table.err;
  EXPECT_THAT(table.out, HasSubstr("5-7"));
  const Json json = Json::parse(collector_.Run({"agents", "gaps", "a-1", "--output", "json"}).out);
  ASSERT_EQ(json.size(), 1U);
  EXPECT_EQ(json[0]["kind"], "missing");
  EXPECT_EQ(json[0]["lost"], 3);
  EXPECT_EQ(Json::parse(collector_.Run({"agents", "gaps", "a-2", "--output", "json"}).out).size(), 0U);
  EXPECT_EQ(collector_.Run({"agents", "gaps", "--since", "yesterday"}).exit_code, kUsage);
}

TEST_F(AgentCommands, RevokeSaysWhom) {
  const Outcome outcome = collector_.Run({"agents", "revoke", "a-1", "--reason", "stolen"});
  EXPECT_EQ(outcome.exit_code, kFine) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("agent a-1 on w1 is revoked"));
}

class PolicyCommands : public ::testing::Test {
 protected:
  std::string Write(const std::string& text) {
    const std::string path = directory_ / "policy.yaml";
    std::ofstream(path) << text;
    return path;
  }

  FakeCollector collector_;
  test::TemporaryDirectory directory_;
};

TEST_F(PolicyCommands, PushSendsTheTextAsItIs) {
  const std::string text = "version: 8  # with its comments\n";
  const Outcome outcome = collector_.Run({"policy", "push", Write(text)});
  EXPECT_EQ(outcome.exit_code, kFine) << outcome.err;
  EXPECT_EQ(outcome.out, "version 8 is in force; agents told: 3\n");
  EXPECT_EQ(collector_.state().Lock()->policy_text, text);
}

TEST_F(PolicyCommands, PushOfABadPolicyAsksNobody) {
  const Outcome outcome = collector_.Run({"policy", "push", Write("version: 0\n")});
  EXPECT_EQ(outcome.exit_code, kUsage);
  EXPECT_THAT(collector_.state().Lock()->calls, IsEmpty());
}

TEST_F(PolicyCommands, PushTellsWhyTheCollectorRefused) {
  collector_.state().Lock()->policy_text = "version: 7\n";
  const Outcome outcome = collector_.Run({"policy", "push", Write("version: 7\n")});
  EXPECT_EQ(outcome.exit_code, kUsage);
  EXPECT_EQ(outcome.err, "vigie: version 7 is in force already\n");
}

TEST_F(PolicyCommands, GetGivesTheTextAsItWasWritten) {
  collector_.state().Lock()->policy_text = "version: 7  # ours\n";
  EXPECT_EQ(collector_.Run({"policy", "get"}).out, "version: 7  # ours\n");
  const Json json = Json::parse(collector_.Run({"policy", "get", "--output", "json"}).out);
  EXPECT_EQ(json["version"], 7);
  EXPECT_EQ(json["in_force_since"], "2026-11-22T10:00:00.000Z");
}

TEST(TokenCommands, CreatePrintsTheTokenAlone) {
  FakeCollector collector;
  const Outcome outcome = collector.Run({"token", "create", "--valid-for", "2h", "--uses", "5"});
  EXPECT_EQ(outcome.exit_code, kFine) << outcome.err;
  EXPECT_EQ(outcome.out, "enrolment-token\n");
  EXPECT_EQ(collector.state().Lock()->last_token_request.valid_for().seconds(), 7200);
  EXPECT_EQ(collector.state().Lock()->last_token_request.uses(), 5U);
  EXPECT_EQ(Json::parse(collector.Run({"token", "create", "--output", "json"}).out)["expires_at"],
            "2026-11-22T10:00:00.000Z");
}

}  // namespace
}  // namespace vigie::cli
