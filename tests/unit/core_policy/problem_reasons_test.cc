// What is wrong with a policy is known by a reason, for pages in other languages than English.
#include "core/policy/problem_reasons.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>

#include "core/policy/policy_errors.h"
#include "core/policy/policy_problems.h"

namespace vigie::policy {
namespace {

std::vector<v1::PolicyProblem> ProblemsOf(const std::string& text) {
  return LocateProblems(FindPolicyErrors(text, "policy", {}), "policy", text);
}

TEST(ProblemReasons, NameWhatTheyAreOf) {
  const auto problems = ProblemsOf("version: 0\nrules:\n  - {id: a, action: block, when: {groups: [nobody]}}\n");
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_EQ(problems[0].detail().reason(), "AT_LEAST");
  EXPECT_EQ(problems[0].detail().parameters().at("least"), "1");
  EXPECT_FALSE(problems[0].detail().parameters().contains("owner"));
  EXPECT_EQ(problems[1].detail().reason(), "NO_GROUP");
  EXPECT_EQ(problems[1].detail().parameters().at("owner"), "rule a");
}

TEST(ProblemReasons, AParameterAtTheEndOfASentenceDoesNotTakeInItsOwner) {
  const auto detail_of = [](const char* message) { return ReasonOfProblem(message).value_or(v1::ErrorDetail()); };
  EXPECT_EQ(detail_of("must be given, such as 24h (threshold t)").parameters().at("example"), "24h");
  EXPECT_EQ(detail_of("must be given, such as 24h (threshold t)").parameters().at("owner"), "threshold t");
  EXPECT_EQ(detail_of("must be one of iban, luhn (detector d)").parameters().at("values"), "iban, luhn");
  EXPECT_EQ(detail_of("is already the id of rule a (rule a)").parameters().at("other"), "rule a");
  const v1::ErrorDetail pattern = detail_of("is not understood: missing ) (at offset 3) (detector d)");
  EXPECT_EQ(pattern.parameters().at("why"), "missing ) (at offset 3)");
  EXPECT_EQ(pattern.parameters().at("owner"), "detector d");
  EXPECT_EQ(detail_of("is not understood: missing ) (at offset 3)").parameters().at("why"), "missing ) (at offset 3)");
}

TEST(ProblemReasons, OfAPolicyAreTheSame) {
  const auto problems =
      ProblemsOf("version: 1\nthresholds: [{id: t, measure: events, over: 1, per: [user], severity: low}]\n");
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].detail().reason(), "NEEDED_EXAMPLE");
  EXPECT_EQ(problems[0].detail().parameters().at("owner"), "threshold t");
}

TEST(ProblemReasons, AreKnownOfEachKindOfProblem) {
  for (const char* text :
       {"", "rules: []\n", "version: x\n", "version: 1\nversion: 2\n", "version: 1\nrules: 7\n",
        "version: 1\nrules: [{id: a, when: [], action: blok}]\n", "version: &a 1\n", "a: 1\n---\nb: 2\n",
        "version: 1\nrules: [{id: 'a b', action: warn, shadow: maybe}]\n",
        "version: 1\nthresholds: [{id: t, measure: events, over: 1, window: soon, per: [], severity: low}]\n",
        "version: 1\nthresholds: [{id: t, measure: distinct_identifiers, per: [user, user], window: 1s, rearm_below: "
        "3, "
        "over: 1, respond: [block_channels], baseline: {history: 1h}}]\n",
        "version: 1\nallowed_destinations: [10.0.0.1/8, '10.0.0.0/99', 'x:0', '!']\n",
        "version: 1\ngroups: [{name: g, users: [a, '']}, {name: g, users: [a]}]\n",
        "version: 1\ndetectors: [{id: Iban, pattern: '('}, {id: x, pattern: '.*'}, {id: y, pattern: a}]\n",
        "version: 1\nsuppressions: [{threshold: none, until: soon}]\n"}) {
    const auto problems = ProblemsOf(text);
    EXPECT_FALSE(problems.empty()) << text;
    for (const v1::PolicyProblem& problem : problems) EXPECT_TRUE(problem.has_detail()) << problem.message();
  }
}

TEST(ProblemReasons, WhatTheParserOfYamlSaysHasNone) {
  const auto problems = ProblemsOf("version: 1\nrules: [\n");
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_FALSE(problems[0].has_detail());
  EXPECT_FALSE(problems[0].message().empty());
}

std::string ReadSource(const std::string& path) {
  std::ifstream file(std::string(std::getenv("VIGIE_SOURCE_DIR")) + "/" + path);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The beginning of a sentence, or the whole of one.
bool IsKnown(const std::string& literal) {
  return std::ranges::any_of(ProblemReasons(), [&](const contract::ErrorReason& reason) {
    const std::string_view fixed = reason.sentence.substr(0, reason.sentence.find('{'));
    return reason.sentence.starts_with(literal) || (!fixed.empty() && literal.starts_with(fixed));
  });
}

TEST(ProblemReasons, EverySentenceOfTheSourcesIsKnown) {
  const std::regex sentence(
      R"re("((?:must|is|needs|belongs|does not|a tag|a key|block_channels|group needs|excludes|has no|unknown key|given twice|this version|not a duration|cannot be written) ?[^"]*)")re");
  std::size_t found = 0;
  for (const char* path :
       {"core/policy/policy_fault.cc", "core/policy/threshold_fault.cc", "core/policy/suppressions.cc",
        "core/policy/detector_fault.cc", "core/policy/allowed_destinations.cc", "core/policy/fault_finder.h",
        "proto/contract/yaml_reader.cc"}) {
    const std::string source = ReadSource(path);
    for (auto match = std::sregex_iterator(source.begin(), source.end(), sentence); match != std::sregex_iterator();
         ++match, ++found) {
      EXPECT_TRUE(IsKnown((*match)[1].str())) << path << ": " << (*match)[1].str();
    }
  }
  EXPECT_GT(found, 70U);
}

}  // namespace
}  // namespace vigie::policy
