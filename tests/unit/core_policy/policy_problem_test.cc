// Where in a policy's text what is wrong stands: as one writes, the editor marks it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/policy/compiled_policy.h"
#include "core/policy/policy_errors.h"
#include "core/policy/policy_problems.h"

namespace vigie::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

v1::PolicyProblem ProblemOf(const std::string& text) {
  const auto compiled = ReadPolicy(text, "policy");
  if (compiled) {
    ADD_FAILURE() << "it compiles: " << text;
    return {};
  }
  return LocateProblem(compiled.error(), "policy", text);
}

TEST(PolicyProblem, AnUnknownKeyIsMarkedWhereItStands) {
  const auto problem = ProblemOf("version: 1\nrules:\n  - id: a\n    wen: {channels: [print]}\n    action: block\n");
  EXPECT_EQ(problem.line(), 4U);
  EXPECT_EQ(problem.column(), 5U);
  EXPECT_EQ(problem.key(), "rules[0].wen");
  EXPECT_THAT(problem.message(), HasSubstr("unknown key"));
}

TEST(PolicyProblem, AValueIsMarkedAtItsKeyWithinALine) {
  const auto problem = ProblemOf("version: 1\nrules:\n  - {id: a, action: blok}\n");
  EXPECT_EQ(problem.line(), 3U);
  EXPECT_EQ(problem.column(), 13U);
  EXPECT_EQ(problem.key(), "rules[0].action");
  EXPECT_THAT(problem.message(), HasSubstr("must be one of"));
}

TEST(PolicyProblem, FaultsOfMeaningHaveTheirPlaceToo) {
  const auto problem = ProblemOf(
      "version: 1\nthresholds:\n  - id: a\n    measure: events\n    per: [user]\n    window: 1s\n    over: 1\n"
      "    severity: low\n");
  EXPECT_EQ(problem.line(), 6U);
  EXPECT_EQ(problem.column(), 5U);
  EXPECT_EQ(problem.key(), "thresholds[0].window");
}

TEST(PolicyProblem, ColumnsAreCountedInCharacters) {
  const auto problem = ProblemOf("version: 1\nrules:\n  - {id: \"é\", action: blok}\n");
  EXPECT_EQ(problem.line(), 3U);
  EXPECT_EQ(problem.column(), 15U);
}

TEST(PolicyProblem, WhatIsNoYamlHasALineAndNoKey) {
  const auto problem = ProblemOf("version: 1\nrules: [\n");
  EXPECT_GE(problem.line(), 2U);
  EXPECT_EQ(problem.key(), "");
  EXPECT_FALSE(problem.message().empty());
  EXPECT_EQ(ProblemOf("").line(), 1U);
}

TEST(PolicyProblem, AnErrorWithoutAPlaceIsOfTheWhole) {
  const auto problem = LocateProblem({base::ErrorCode::kFailedPrecondition, "threshold bulk: counts over 30d"},
                                     "policy", "version: 1\n");
  EXPECT_EQ(problem.line(), 0U);
  EXPECT_EQ(problem.column(), 0U);
  EXPECT_EQ(problem.message(), "threshold bulk: counts over 30d");
}

std::vector<std::string> ProblemsOf(const std::string& text) {
  std::vector<std::string> places;
  for (const auto& problem : LocateProblems(FindPolicyErrors(text, "policy"), "policy", text)) {
    places.push_back(std::to_string(problem.line()) + ":" + std::to_string(problem.column()) + " " + problem.key());
    EXPECT_FALSE(problem.message().empty());
  }
  return places;
}

TEST(PolicyProblem, AllOfThemAreToldAtOnce) {
  EXPECT_THAT(ProblemsOf("version: 0\n"
                         "rules:\n"
                         "  - {id: a, wen: {channels: [print]}, action: blok}\n"
                         "  - {id: b}\n"
                         "thresholds:\n"
                         "  - id: c\n"
                         "    measure: events\n"
                         "    per: [user]\n"
                         "    window: 1s\n"
                         "    over: many\n"
                         "    severity: low\n"),
              ElementsAre("1:1 version", "3:13 rules[0].wen", "3:39 rules[0].action", "4:3 rules[1].action",
                          "10:5 thresholds[0].over"));
}

TEST(PolicyProblem, WhatOnlyFollowsFromAnotherIsNotTold) {
  const std::string rest =
      "rules:\n  - {id: a, when: {groups: [sales]}, action: audit}\n  - {id: a, when: {}, action: audit}\n";
  EXPECT_THAT(ProblemsOf("version: 1\ngroups:\n  - {name: sales, user: [x]}\n" + rest),
              ElementsAre("3:19 groups[0].user"))
      << "the group is there, only not whole";
  EXPECT_THAT(ProblemsOf("version: 1\n" + rest), ElementsAre("3:20 rules[0].when.groups[0]", "4:6 rules[1].id"));
}

TEST(PolicyProblem, AFieldIsTroubleOnce) {
  EXPECT_THAT(ProblemsOf("version: 1\nrules:\n  - {action: audit}\n  - {id: \"a b\", action: audit}\n"),
              ElementsAre("3:3 rules[0].id", "4:6 rules[1].id"));
}

TEST(PolicyProblem, AHundredAreEnough) {
  std::string text = "version: 1\nrules:\n";
  for (int i = 0; i < 300; ++i) text += "  - {bogus: 1}\n";
  EXPECT_EQ(ProblemsOf(text).size(), 100U);
}

TEST(PolicyProblem, AGoodOneHasNone) {
  EXPECT_THAT(ProblemsOf("version: 1\nrules:\n  - {id: a, when: {}, action: audit}\n"), ElementsAre());
  EXPECT_EQ(ProblemsOf("version: [\n").size(), 1U) << "what cannot be parsed has one";
}

}  // namespace
}  // namespace vigie::policy
