// What leaves is written down: tests/data/integrations holds a sample of each message. VIGIE_WRITE_GOLDEN=1 writes
// them.
#include "server/integrations/finding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "proto/contract/time_conversion.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server::integrations {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

const Pseudonyms kPseudonyms(std::string(32, 'k'));
const Occasion kOccasion{"00112233445566778899aabbccddeeff", kStoryBegin + std::chrono::minutes(5), "9.9.9"};

v1::Incident SampleIncident() {
  v1::Incident incident;
  incident.set_id("inc-7");
  incident.set_rule("bulk-customers");
  incident.set_severity(v1::SEVERITY_CRITICAL);
  incident.set_state(v1::INCIDENT_STATE_OPEN);
  *incident.mutable_opened_at() = contract::ToProto(kStoryBegin);
  *incident.mutable_updated_at() = contract::ToProto(kStoryBegin + std::chrono::minutes(4));
  *incident.mutable_first_event_at() = contract::ToProto(kStoryBegin - std::chrono::minutes(1));
  *incident.mutable_last_event_at() = contract::ToProto(kStoryBegin + std::chrono::minutes(3));
  incident.set_subject("user=alice");
  incident.set_user("alice");
  incident.set_host("w1");
  incident.add_channels(v1::CHANNEL_REMOVABLE_MEDIA);
  incident.add_processes("/home/alice/secret_tool");
  incident.set_events(33);
  incident.set_measured(1584);
  incident.set_distinct_customers(1584);
  incident.set_records("record bytes");
  incident.add_actions("block_channels");
  incident.set_assignee("carol");
  incident.set_closed_reason("alice told me so");
  incident.set_explanation("alice does more than usual");
  return incident;
}

HealthChange SampleGaps() {
  return {.what = "agent_gaps",
          .agent_id = "agent-1",
          .host = "w1",
          .from = kStoryBegin,
          .until = kStoryBegin + std::chrono::minutes(2),
          .gaps = 2,
          .lost = 40,
          .sensors = {"delivery", "files"}};
}

struct Sample {
  const char* file;
  std::function<v1::OutboxMessage()> make;
};
class GoldenFinding : public ::testing::TestWithParam<Sample> {};

TEST_P(GoldenFinding, IsAsItIsWrittenDown) {
  const char* tree = std::getenv("VIGIE_SOURCE_DIR");
  const std::string path = std::string(tree == nullptr ? "." : tree) + "/tests/data/integrations/" + GetParam().file;
  const Json made = Json::parse(GetParam().make().finding());
  if (std::getenv("VIGIE_WRITE_GOLDEN") != nullptr) WriteText(path, made.dump(2) + "\n");
  const Json kept = Json::parse(ReadText(path), nullptr, false);
  EXPECT_EQ(made, kept) << made.dump(2) << "\nA change of what others read: it is told in CHANGELOG.md, and if a field "
                        << "goes or means something else kFindingSchema gets another number";
}

TEST_P(GoldenFinding, HasWhatTheClassDemands) {
  const v1::OutboxMessage message = GetParam().make();
  const Json finding = Json::parse(message.finding());
  EXPECT_EQ(finding.at("class_uid"), 2004);
  EXPECT_EQ(finding.at("category_uid"), 2);
  EXPECT_EQ(finding.at("type_uid"), 200400 + finding.at("activity_id").get<int>());
  EXPECT_EQ(finding.at("metadata").at("version"), "1.3.0");
  EXPECT_EQ(finding.at("metadata").at("uid"), message.id());
  EXPECT_TRUE(finding.at("metadata").at("product").contains("vendor_name"));
  EXPECT_TRUE(finding.at("finding_info").at("uid").is_string());
  EXPECT_TRUE(finding.at("severity_id").is_number());
  EXPECT_EQ(finding.at("time"), 1732269900000);
  EXPECT_EQ(finding.at("unmapped").at("schema"), "vigie.finding/1");
}

// Users' names stand in subjects and in what people write; processes and explanations say more than counts.
TEST_P(GoldenFinding, HoldsNobodysName) {
  const std::string text = GetParam().make().finding();
  for (const char* word : {"alice", "carol", "secret_tool", "record bytes", "user="}) {
    EXPECT_THAT(text, Not(HasSubstr(word)));
  }
}

v1::OutboxMessage OfIncident(Change change) {
  v1::Incident incident = SampleIncident();
  if (change == Change::kClosed) incident.set_state(v1::INCIDENT_STATE_CLOSED);
  if (change == Change::kOpened) incident.clear_assignee();
  return IncidentFinding(incident, change, kOccasion, {kPseudonyms});
}
v1::OutboxMessage OfHealth(const HealthChange& health) {
  return HealthFinding(health, kOccasion, {kPseudonyms});
}
HealthChange Unreachable(Change change) {
  return {.what = "agent_unreachable", .change = change, .agent_id = "agent-1", .host = "w1", .from = kStoryBegin};
}

INSTANTIATE_TEST_SUITE_P(
    All, GoldenFinding,
    ::testing::Values(Sample{"incident_opened.json", [] { return OfIncident(Change::kOpened); }},
                      Sample{"incident_grown.json", [] { return OfIncident(Change::kGrown); }},
                      Sample{"incident_reopened.json", [] { return OfIncident(Change::kReopened); }},
                      Sample{"incident_closed.json", [] { return OfIncident(Change::kClosed); }},
                      Sample{"agent_unreachable.json", [] { return OfHealth(Unreachable(Change::kOpened)); }},
                      Sample{"agent_back.json", [] { return OfHealth(Unreachable(Change::kClosed)); }},
                      Sample{"agent_gaps.json", [] { return OfHealth(SampleGaps()); }},
                      Sample{"test.json", [] { return TestFinding(kOccasion); }}),
    [](const auto& tested) {
      std::string name = tested.param.file;
      return name.substr(0, name.find('.'));
    });

Json EvidenceOf(v1::IntegrationNaming users, v1::IntegrationNaming hosts) {
  const auto message = IncidentFinding(SampleIncident(), Change::kOpened, kOccasion, {kPseudonyms, users, hosts});
  const Json finding = Json::parse(message.finding());
  return finding.contains("evidences") ? finding["evidences"][0] : Json();
}

TEST(FindingNames, AreAsTheDestinationIsConfigured) {
  const Json usual = EvidenceOf(v1::INTEGRATION_NAMING_UNSPECIFIED, v1::INTEGRATION_NAMING_UNSPECIFIED);
  EXPECT_EQ(usual["actor"]["user"]["uid"], kPseudonyms.OfUser("alice"));
  EXPECT_FALSE(usual["actor"]["user"].contains("name"));
  EXPECT_EQ(usual["device"]["hostname"], "w1");
  const Json other = EvidenceOf(v1::INTEGRATION_NAMING_NAME, v1::INTEGRATION_NAMING_PSEUDONYM);
  EXPECT_EQ(other["actor"]["user"]["name"], "alice");
  EXPECT_EQ(other["device"]["uid"], kPseudonyms.OfHost("w1"));
  EXPECT_FALSE(other["device"].contains("hostname"));
  EXPECT_TRUE(EvidenceOf(v1::INTEGRATION_NAMING_NONE, v1::INTEGRATION_NAMING_NONE).is_null());
}

TEST(FindingNames, ThatAreNoUtf8BreakNothing) {
  v1::Incident incident = SampleIncident();
  incident.set_host("w\xff\"1");
  const auto message = IncidentFinding(incident, Change::kOpened, kOccasion, {kPseudonyms});
  EXPECT_FALSE(Json::parse(message.finding(), nullptr, false).is_discarded());
}

// A CSI of eight bits, a DEL, and what turns the direction of writing.
TEST(FindingNames, MoveNoTerminal) {
  v1::Incident incident = SampleIncident();
  incident.set_host("w1\xC2\x9Bm\x7F\xE2\x80\xAE\n");
  const std::string text = IncidentFinding(incident, Change::kOpened, kOccasion, {kPseudonyms}).finding();
  for (const char c : text) EXPECT_TRUE(c >= ' ' && c < '\x7F') << text;
  EXPECT_EQ(Json::parse(text)["evidences"][0]["device"]["hostname"], incident.host());
}

}  // namespace
}  // namespace vigie::server::integrations
