// What is wrong with a policy, and why a destination takes nothing: each sentence is known as what it is, and the
// console has a text for each reason in both languages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>

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

std::string ReadSource(const std::string& path) {
  std::ifstream file(std::string(std::getenv("VIGIE_SOURCE_DIR")) + "/" + path);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

nlohmann::json TextsOf(const std::string& language, const char* group) {
  return nlohmann::json::parse(ReadSource("server/console/src/i18n/" + language + ".json")).at(group);
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

std::string ReasonOf(const std::string& delivery) {
  return integrations::ReasonOfDelivery(delivery).value_or(v1::ErrorDetail()).reason();
}

TEST(ReasonTables, DeliveriesAreKnownWhateverOpenSslAndTheLastAnswerAdd) {
  EXPECT_EQ(ReasonOf("the connection was lost: unexpected eof while reading"), "CONNECTION_LOST");
  EXPECT_EQ(ReasonOf("ca holds no certificate: no start line"), "CA_EMPTY");
  EXPECT_EQ(ReasonOf("cannot connect"), "UNREACHABLE");
  EXPECT_EQ(ReasonOf("cannot connect: wrong version number"), "TLS") << "somebody answers";
  EXPECT_EQ(ReasonOf("its certificate: self-signed certificate"), "CERTIFICATE");
  EXPECT_EQ(ReasonOf("Login denied (answer 535)"), "LOGIN");
  EXPECT_EQ(ReasonOf("Timeout was reached (answer 220)"), "TIMEOUT");
  const auto refused = integrations::ReasonOfDelivery("Failed sending data to the peer (answer 550)");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->reason(), "LAST_ANSWER");
  EXPECT_EQ(refused->parameters().at("answer"), "550");
  EXPECT_EQ(ReasonOf("Out of memory"), "");
  EXPECT_EQ(ReasonOf(""), "");
}

TEST(ReasonTables, EverySentenceOfDeliveriesInTheSourcesIsKnown) {
  const char* expression = R"re((?:Error\{[^"{}+]*|TlsError\(|LostConnection\()"([^"]+)")re";
  std::set<std::string> sentences;
  for (const char* path : {"tls_stream.cc", "webhook.cc", "courier.cc"}) {
    sentences.merge(NamesIn(ReadSource(std::string("server/integrations/") + path), expression));
  }
  for (const std::string& step :
       NamesIn(ReadSource("server/integrations/tls_stream.cc"), R"re(Await\(\s*"([^"]+)")re")) {
    sentences.insert(step + " took too long");
  }
  for (const std::string& sentence : sentences) {
    const bool begins_one = std::ranges::any_of(integrations::DeliveryReasons(), [&](const ErrorReason& reason) {
      return reason.sentence.starts_with(sentence);
    });
    EXPECT_TRUE(begins_one || !ReasonOf(sentence).empty()) << sentence;
  }
  EXPECT_GT(sentences.size(), 15U);
}

class ReasonTexts : public ::testing::TestWithParam<const char*> {};

TEST_P(ReasonTexts, SayEachReasonWithItsParameters) {
  ExpectTexts(policy::ProblemReasons(), TextsOf(GetParam(), "policy_problem"));
  ExpectTexts(integrations::DeliveryReasons(), TextsOf(GetParam(), "delivery_problem"));
}

INSTANTIATE_TEST_SUITE_P(Languages, ReasonTexts, ::testing::Values("en", "fr"));

}  // namespace
}  // namespace vigie::server::http
