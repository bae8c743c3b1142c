// Where in a policy's text what is wrong stands: as one writes, the editor marks it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/policy/compiled_policy.h"
#include "server/api/policy_check.h"

namespace vigie::server::api {
namespace {

using ::testing::HasSubstr;

v1::PolicyProblem ProblemOf(const std::string& text) {
  const auto compiled = policy::ReadPolicy(text, "policy");
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

}  // namespace
}  // namespace vigie::server::api
