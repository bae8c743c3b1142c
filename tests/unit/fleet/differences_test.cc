// A comparison that finds no difference proves nothing unless it finds each that is planted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fleet/check.h"

namespace vigie::fleet {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DifferencesTest : public ::testing::Test {
 protected:
  DifferencesTest() : world_({.agents = 2, .hostile = true, .probe_every = 50}), truth_(world_) {
    truth_.AddAgent(0, {{1, 600}, {2, 400}});
    truth_.AddAgent(1, {{1, 500}});
    for (const auto& [number, expected] : truth_.agents()) {
      v1::AgentStatus& status = answers_.agents.emplace_back();
      status.set_id(ids_[number]);
      status.set_events(expected.accepted);
      status.set_rejected_events(expected.rejected);
      status.set_missing_events(expected.missing);
    }
    for (const ExpectedIncident& expected : truth_.Incidents()) {
      v1::Incident& incident = answers_.incidents.emplace_back();
      incident.set_rule(expected.rule);
      incident.set_subject(expected.subject);
      incident.set_events(expected.events);
      incident.set_measured(expected.measured);
      incident.set_distinct_customers(static_cast<std::uint32_t>(expected.distinct_customers));
    }
  }

  std::vector<std::string> Found() const { return Differences(answers_, truth_, ids_); }

  const World world_;
  Truth truth_;
  const std::vector<std::string> ids_ = {"agent-a", "agent-b"};
  Answers answers_;
};

TEST_F(DifferencesTest, ThereAreNoneWhereAllIsAsItMustBe) {
  ASSERT_GT(answers_.incidents.size(), 10U);
  EXPECT_GT(truth_.agents().at(0).rejected + truth_.agents().at(1).rejected, 0U);
  EXPECT_GT(truth_.agents().at(0).missing + truth_.agents().at(1).missing, 0U);
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(DifferencesTest, ALostEventIsOne) {
  answers_.agents[1].set_events(answers_.agents[1].events() - 1);
  EXPECT_THAT(Found(), Contains(HasSubstr("agent workstation-1: events is")));
}

TEST_F(DifferencesTest, AnAgentThatNobodyKnowsIsOne) {
  answers_.agents.pop_back();
  EXPECT_THAT(Found(), Contains(HasSubstr("workstation-1: is not known")));
}

TEST_F(DifferencesTest, ACountedRepeatIsOne) {
  answers_.incidents[0].set_events(answers_.incidents[0].events() + 1);
  EXPECT_THAT(Found(), Contains(HasSubstr(": events is")));
}

TEST_F(DifferencesTest, AMissedCustomerIsOne) {
  answers_.incidents[0].set_distinct_customers(answers_.incidents[0].distinct_customers() - 1);
  EXPECT_THAT(Found(), Contains(HasSubstr("distinct customers is")));
}

TEST_F(DifferencesTest, AnIncidentThatIsMissingOrDoubledOrTooMuchIsOne) {
  const v1::Incident first = answers_.incidents[0];
  answers_.incidents.erase(answers_.incidents.begin());
  EXPECT_THAT(Found(), Contains(HasSubstr("number of incidents is 0")));
  answers_.incidents.insert(answers_.incidents.end(), 2, first);
  EXPECT_THAT(Found(), Contains(HasSubstr("number of incidents is 2")));
  answers_.incidents.pop_back();
  answers_.incidents.emplace_back(first).set_subject("user=nobody");
  EXPECT_THAT(Found(), Contains(HasSubstr("is raised and must not be")));
}

}  // namespace
}  // namespace vigie::fleet
