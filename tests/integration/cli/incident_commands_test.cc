#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tests/integration/cli/fake_collector.h"
#include "tests/support/temporary_directory.h"

namespace vigie::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Json = nlohmann::ordered_json;

class IncidentCommands : public ::testing::Test {
 protected:
  IncidentCommands() {
    for (const char* id : {"i-1", "i-2", "i-3", "i-4", "i-5"}) {
      v1::Incident incident;
      incident.set_id(id);
      incident.set_rule("bulk-customers");
      incident.set_severity(v1::SEVERITY_CRITICAL);
      incident.set_state(v1::INCIDENT_STATE_OPEN);
      incident.set_user("alice");
      incident.set_subject("user=alice");
      incident.set_distinct_customers(1584);
      incident.add_channels(v1::CHANNEL_WEB_UPLOAD);
      collector_.state().Lock()->incidents.push_back(incident);
    }
  }

  FakeCollector collector_;
};

TEST_F(IncidentCommands, ListFollowsThePagesToTheEnd) {
  const Outcome outcome = collector_.Run({"incidents", "list", "--output", "json"});
  EXPECT_EQ(outcome.exit_code, kFine) << outcome.err;
  const Json json = Json::parse(outcome.out);
  ASSERT_EQ(json.size(), 5U);
  EXPECT_EQ(json[0]["id"], "i-1");
  EXPECT_EQ(json[4]["id"], "i-5");
  EXPECT_EQ(json[4]["distinct_customers"], 1584);
  EXPECT_EQ(collector_.state().Lock()->calls.size(), 3U);
}

TEST_F(IncidentCommands, ListIsATableForPeople) {
  const Outcome outcome = collector_.Run({"incidents", "list"});
  EXPECT_EQ(outcome.exit_code, kFine) << outcome.err;
  EXPECT_THAT(outcome.out,
              StartsWith("ID   RULE            SEVERITY  STATE  USER   HOST  CHANNELS    EVENTS  CUSTOMERS  UPDATED\n"
                         "i-1  bulk-customers  critical  open   alice  -     web_upload  0       1584       -\n"));
}

TEST_F(IncidentCommands, ListAsksForOneStateIfTold) {
  EXPECT_EQ(collector_.Run({"incidents", "list", "--state", "closed"}).exit_code, kFine);
  EXPECT_EQ(collector_.state().Lock()->last_list.state(), v1::INCIDENT_STATE_CLOSED);
}

TEST_F(IncidentCommands, ListOfNoneIsAnEmptyArray) {
  collector_.state().Lock()->incidents.clear();
  EXPECT_EQ(collector_.Run({"incidents", "list", "--output", "json"}).out, "[]\n");
}

TEST_F(IncidentCommands, ListEndsEvenIfTheCollectorRepeatsItself) {
  collector_.state().Lock()->repeat_page = true;
  const Outcome outcome = collector_.Run({"incidents", "list"});
  EXPECT_EQ(outcome.exit_code, kUsage);
  EXPECT_THAT(outcome.err, HasSubstr("same page again"));
}

TEST_F(IncidentCommands, ShowGivesOneIncidentAndItsRecordSet) {
  const test::TemporaryDirectory directory;
  collector_.state().Lock()->incidents[1].set_records("bytes of a set");
  collector_.state().Lock()->incidents[1].add_event_ids("a-1/1/9");
  const Outcome outcome = collector_.Run({"incidents", "show", "i-2", "--set", directory / "customers.set"});
  EXPECT_EQ(outcome.exit_code, kFine) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("id:                 i-2\n"));
  EXPECT_THAT(outcome.out, HasSubstr("distinct customers: 1584\n"));
  EXPECT_THAT(outcome.out, HasSubstr("event a-1/1/9\n"));
  std::ifstream set(directory / "customers.set", std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(set), {}), "bytes of a set");
}

TEST_F(IncidentCommands, ShowSaysThatTheCollectorDoesNotTellWhichCustomersTheyAre) {
  const test::TemporaryDirectory directory;
  const Outcome refused = collector_.Run({"incidents", "show", "i-2", "--set", directory / "customers.set"});
  EXPECT_NE(refused.exit_code, kFine);
  EXPECT_THAT(refused.err, HasSubstr("officers and admins"));
  EXPECT_FALSE(std::ifstream(directory / "customers.set").is_open());
  const Json json = Json::parse(collector_.Run({"incidents", "show", "i-2", "--output", "json"}).out);
  EXPECT_TRUE(json["records"].is_null());
  collector_.state().Lock()->incidents[1].clear_distinct_customers();
  EXPECT_EQ(Json::parse(collector_.Run({"incidents", "show", "i-2", "--output", "json"}).out)["records"],
            Json::array());
}

TEST_F(IncidentCommands, ShowOfAnUnknownOneIsAnInputError) {
  const Outcome outcome = collector_.Run({"incidents", "show", "i-9"});
  EXPECT_EQ(outcome.exit_code, kUsage);
  EXPECT_EQ(outcome.err, "vigie: no such incident\n");
}

TEST_F(IncidentCommands, AssignAndCloseChangeIt) {
  const Json assigned = Json::parse(collector_.Run({"incidents", "assign", "i-1", "bob", "--output", "json"}).out);
  EXPECT_EQ(assigned["assignee"], "bob");
  const Json closed =
      Json::parse(collector_.Run({"incidents", "close", "i-1", "--reason", "drill", "--output", "json"}).out);
  EXPECT_EQ(closed["state"], "closed");
  EXPECT_EQ(closed["closed_reason"], "drill");
  EXPECT_THAT(collector_.state().Lock()->calls, ElementsAre("AssignIncident", "CloseIncident"));
}

TEST_F(IncidentCommands, WatchPrintsOneObjectALineUntilTheCollectorIsGone) {
  const Outcome outcome = collector_.Run({"incidents", "watch", "--output", "json"});
  EXPECT_EQ(outcome.exit_code, kUnreachable);
  EXPECT_THAT(outcome.err, HasSubstr("shutting down"));
  std::istringstream lines(outcome.out);
  std::vector<std::string> ids;
  for (std::string line; std::getline(lines, line);) ids.push_back(Json::parse(line)["id"]);
  EXPECT_THAT(ids, ElementsAre("i-1", "i-2", "i-3", "i-4", "i-5"));
}

TEST_F(IncidentCommands, WatchSaysWhenTheCollectorEndsIt) {
  const Outcome outcome = collector_.Run({"incidents", "watch", "--skip-current"});
  EXPECT_EQ(outcome.exit_code, kUnreachable);
  EXPECT_THAT(outcome.err, HasSubstr("ended the watch"));
  EXPECT_EQ(outcome.out, "");
}

TEST_F(IncidentCommands, WatchEndsWhenNobodyReadsIt) {
  std::ostringstream out;
  std::ostringstream err;
  out.setstate(std::ios::badbit);
  const std::string address = "127.0.0.1:" + std::to_string(collector_.port());
  const int exit_code = RunCommandLine({"incidents", "watch", "--collector", address, "--insecure-loopback"}, out, err);
  EXPECT_EQ(exit_code, kUsage);
  EXPECT_THAT(err.str(), HasSubstr("cannot write the output"));
}

}  // namespace
}  // namespace vigie::cli
