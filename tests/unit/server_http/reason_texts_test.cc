// What is wrong with a policy, and why a destination takes nothing: each sentence is known as what it is, and the
// console has a text for each reason in both languages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "core/policy/problem_reasons.h"
#include "server/integrations/delivery_reasons.h"

namespace vigie::server::http {
namespace {

using contract::ErrorReason;

std::set<std::string> NamesIn(const std::string& text, const char* expression) {
  const std::regex regex(expression);
  std::set<std::string> names;
  for (auto match = std::sregex_iterator(text.begin(), text.end(), regex); match != std::sregex_iterator(); ++match) {
    names.insert((*match)[1].str());
  }
  return names;
}

nlohmann::json TextsOf(const char* language, const char* group) {
  std::ifstream file(std::string(std::getenv("VIGIE_SOURCE_DIR")) + "/server/console/src/i18n/" + language + ".json");
  EXPECT_TRUE(file) << language;
  return nlohmann::json::parse(file).at(group);
}

void ExpectEachKnown(std::span<const ErrorReason> table) {
  for (const ErrorReason& reason : table) {
    const std::string sentence(reason.sentence);
    const auto found = contract::FindReason(table, std::regex_replace(sentence, std::regex(R"(\{\w+\})"), "7"));
    ASSERT_TRUE(found) << sentence;
    EXPECT_EQ(found->reason(), reason.name) << sentence;
    EXPECT_EQ(static_cast<std::size_t>(found->parameters_size()), NamesIn(sentence, R"(\{(\w+)\})").size());
  }
}

void ExpectTexts(std::span<const ErrorReason> table, const nlohmann::json& texts) {
  std::map<std::string, std::set<std::string>> given;
  for (const ErrorReason& reason : table) {
    given[std::string(reason.name)].merge(NamesIn(std::string(reason.sentence), R"(\{(\w+)\})"));
  }
  for (const auto& [name, parameters] : given) {
    ASSERT_TRUE(texts.contains(name)) << name;
    EXPECT_TRUE(std::ranges::includes(parameters, NamesIn(texts[name], R"(\{\{(\w+)\}\})"))) << name;
  }
  for (const auto& [name, text] : texts.items()) EXPECT_TRUE(given.contains(name)) << name << " is told by nobody";
}

TEST(ReasonTables, EachSentenceIsKnownAsWhatItIs) {
  ExpectEachKnown(policy::ProblemReasons());
  ExpectEachKnown(integrations::DeliveryReasons());
}

class ReasonTexts : public ::testing::TestWithParam<const char*> {};

TEST_P(ReasonTexts, SayEachReasonWithItsParameters) {
  ExpectTexts(policy::ProblemReasons(), TextsOf(GetParam(), "policy_problem"));
  ExpectTexts(integrations::DeliveryReasons(), TextsOf(GetParam(), "delivery_problem"));
}

INSTANTIATE_TEST_SUITE_P(Languages, ReasonTexts, ::testing::Values("en", "fr"));

}  // namespace
}  // namespace vigie::server::http
