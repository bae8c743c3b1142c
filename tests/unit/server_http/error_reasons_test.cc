// Reasons of errors: each sentence is known as what it is, the console has a text for each in both languages, and
// what the sources may tell a person is known.
#include "server/http/error_reasons.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "core/credentials/passwords.h"
#include "server/http/connect_protocol.h"

namespace vigie::server::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

std::string ReadSource(const std::string& path) {
  std::ifstream file(std::string(std::getenv("VIGIE_SOURCE_DIR")) + "/" + path);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::string> AllOf(const std::string& text, const std::string& expression, int group = 1) {
  const std::regex regex(expression);
  std::vector<std::string> found;
  for (auto match = std::sregex_iterator(text.begin(), text.end(), regex); match != std::sregex_iterator(); ++match) {
    found.push_back((*match)[static_cast<std::size_t>(group)].str());
  }
  return found;
}

std::set<std::string> ParametersOf(std::string_view sentence) {
  const auto found = AllOf(std::string(sentence), R"(\{(\w+)\})");
  return {found.begin(), found.end()};
}

// Its parameters filled in with words.
std::string Sample(std::string_view sentence) {
  return std::regex_replace(std::string(sentence), std::regex(R"(\{\w+\})"), "sample_1");
}

TEST(ErrorReasons, EachSentenceIsKnownAsWhatItIs) {
  for (const ErrorReason& reason : ErrorReasons()) {
    const auto found = ReasonOf(Sample(reason.sentence));
    ASSERT_TRUE(found) << reason.sentence;
    EXPECT_EQ(found->reason(), reason.name) << reason.sentence;
    for (const std::string& parameter : ParametersOf(reason.sentence)) {
      EXPECT_EQ(found->parameters().at(parameter), "sample_1") << reason.sentence;
    }
  }
}

TEST(ErrorReasons, ParametersAreWhatStandsInTheirPlace) {
  const auto long_one = ReasonOf("contact.name: longer than 256 bytes");
  ASSERT_TRUE(long_one);
  EXPECT_EQ(long_one->reason(), "FIELD_TOO_LONG");
  EXPECT_THAT(std::map(long_one->parameters().begin(), long_one->parameters().end()),
              ElementsAre(Pair("field", "contact.name"), Pair("limit", "256")));
  EXPECT_EQ(ReasonOf("incident inc-7 is closed already")->parameters().at("incident"), "inc-7");
}

TEST(ErrorReasons, NothingElseIsKnown) {
  for (const char* message : {"", "incident  is closed already", "incident inc-7 is closed already, really",
                              "what: you say: longer than 3 bytes", "store: a kept event cannot be read",
                              "incident \xff is closed already"}) {
    EXPECT_FALSE(ReasonOf(message)) << message;
  }
}

TEST(ErrorReasons, AnErrorHasItsReasonForProgramsAndForPeople) {
  const auto error =
      nlohmann::json::parse(ErrorBody({grpc::StatusCode::INVALID_ARGUMENT, "reason: longer than 200 bytes"}));
  ASSERT_EQ(error["details"].size(), 1U);
  EXPECT_EQ(error["details"][0]["type"], "vigie.v1.ErrorDetail");
  EXPECT_EQ(error["details"][0]["debug"]["reason"], "FIELD_TOO_LONG");
  EXPECT_EQ(error["details"][0]["debug"]["parameters"]["field"], "reason");
  const std::string base64 = error["details"][0]["value"];
  EXPECT_EQ(base64.substr(0, 20), "Cg5GSUVMRF9UT09fTE9O") << "field 1, 14 bytes: FIELD_TOO_LON…";
  EXPECT_EQ(base64.size() % 4, 0U);
  const auto other = nlohmann::json::parse(ErrorBody({grpc::StatusCode::INTERNAL, "no reason of ours"}));
  EXPECT_FALSE(other.contains("details"));
}

TEST(ErrorReasons, AreKnownOfPasswords) {
  for (const char* weak : {"short", "abcabcabcabc", "alicealicealice", "password1234"}) {
    const auto checked = credentials::CheckPassword(weak, "alice");
    ASSERT_FALSE(checked) << weak;
    EXPECT_TRUE(ReasonOf(checked.error().message)) << checked.error().message;
  }
  EXPECT_TRUE(ReasonOf(credentials::CheckPassword(std::string(300, 'x'), "alice").error().message));
}

class ConsoleTexts : public ::testing::TestWithParam<const char*> {};

TEST_P(ConsoleTexts, SayEachReasonWithItsParameters) {
  const auto texts = nlohmann::json::parse(ReadSource(std::string("server/console/src/i18n/") + GetParam() + ".json"));
  std::map<std::string, std::set<std::string>> given;
  for (const ErrorReason& reason : ErrorReasons()) given[std::string(reason.name)].merge(ParametersOf(reason.sentence));
  for (const auto& [name, parameters] : given) {
    ASSERT_TRUE(texts["refusal"].contains(name)) << name;
    const auto named = AllOf(texts["refusal"][name], R"(\{\{(\w+)\}\})");
    EXPECT_EQ(std::set(named.begin(), named.end()), parameters) << name;
  }
  for (const auto& [name, text] : texts["refusal"].items())
    EXPECT_TRUE(given.contains(name)) << name << " is told by nobody";
}

INSTANTIATE_TEST_SUITE_P(Languages, ConsoleTexts, ::testing::Values("en", "fr"));

// From `begin` to the brace that closes what began before it; braces in literals are none.
std::string ToClosingBrace(const std::string& source, std::size_t begin) {
  int depth = 0;
  for (std::size_t i = begin; i < source.size(); ++i) {
    if (source[i] == '"') {
      while (++i < source.size() && source[i] != '"') i += source[i] == '\\' ? 1 : 0;
      continue;
    }
    depth += source[i] == '{' ? 1 : 0;
    if (source[i] == '}' && depth-- == 0) return source.substr(begin, i - begin);
  }
  return "";
}

// An expression as the sentence that it makes: literals as they are, what stands between two "+" a word.
std::string SentenceOf(const std::string& expression) {
  std::string sentence;
  bool in_word = false;
  for (std::size_t i = 0; i < expression.size(); ++i) {
    if (expression[i] == '"') {
      while (++i < expression.size() && expression[i] != '"') sentence += expression[i];
      in_word = false;
    } else if (expression[i] == '+') {
      in_word = false;
    } else if (!in_word && std::isalpha(static_cast<unsigned char>(expression[i])) != 0) {
      sentence += "sample_1";
      in_word = true;
    }
  }
  return sentence;
}

// The files whose refusals people meet in the console's forms and pages.
constexpr const char* kMetByPeople[] = {"server/api/access_service.cc",
                                        "server/api/audit_service.cc",
                                        "server/api/authorization.cc",
                                        "server/api/dossier_service.cc",
                                        "server/api/enrollment_service.cc",
                                        "server/api/event_service.cc",
                                        "server/api/event_watch.cc",
                                        "server/api/failure_limiter.cc",
                                        "server/api/fleet_service.cc",
                                        "server/api/incident_blocks.cc",
                                        "server/api/incident_history.cc",
                                        "server/api/incident_service.cc",
                                        "server/api/integration_service.cc",
                                        "server/api/password_checks.cc",
                                        "server/api/password_sign_in.cc",
                                        "server/api/people.cc",
                                        "server/api/policy_book.cc",
                                        "server/api/policy_service.cc",
                                        "server/api/search_service.cc",
                                        "server/api/session_service.cc",
                                        "server/api/sign_in_limiter.cc",
                                        "server/api/similar_incidents.cc",
                                        "server/api/store_service.cc",
                                        "server/api/unmask_service.cc",
                                        "server/api/user_service.cc",
                                        "server/api/watch_hub.cc",
                                        "server/attribute/inspected_upload.cc",
                                        "server/attribute/stored_attribution.cc",
                                        "server/detect/detector.cc",
                                        "server/dossier/dossier_checks.cc",
                                        "server/dossier/dossier_export.cc",
                                        "server/dossier/stored_dossiers.cc",
                                        "server/http/upload_answers.cc",
                                        "server/proof/incident_items.cc",
                                        "server/proof/stored_evidence.cc",
                                        "server/rollout_plan.cc",
                                        "server/store/sqlite/sqlite_casework.cc",
                                        "server/store/sqlite/sqlite_searches.cc",
                                        "server/store/sqlite/sqlite_users.cc"};

// What only programs meet: wrong requests, agents, faults of the collector itself; and what is put together from parts
// that are looked at where they stand.
constexpr const char* kMetByPrograms =
    "^sample_1$|^(sample_1|names): sample_1$|^sample_1: look at the incident again$|Content-Type must|"
    "needs an agent's certificate|the client certificate|the watcher has gone|nobody takes the evidence any more|who "
    "asked has gone|"
    "would not be in the audit|cannot be read|cannot be written as JSON|the file did not come to its end|who calls|"
    "the former policy is not kept|this agent is revoked$";

std::vector<std::string> ToldBy(const std::string& source) {
  std::vector<std::string> told;
  const std::regex code(R"(ErrorCode::k\w+,\s*)");
  for (auto match = std::sregex_iterator(source.begin(), source.end(), code); match != std::sregex_iterator();
       ++match) {
    const auto end = static_cast<std::size_t>(match->position() + match->length());
    told.push_back(SentenceOf(ToClosingBrace(source, end)));
  }
  for (const std::string& what : AllOf(source, R"re(Changed\("([^"]*)"\))re"))
    told.push_back(what + ": look at the incident again");
  for (const std::string& rule : AllOf(source, R"re(Bad\(\w+, "([^"]*)"\))re")) told.push_back("sample_1: " + rule);
  for (const std::string& both : AllOf(source, R"re(Bad\("(\w+", "[^"]*)"\))re"))
    told.push_back(std::regex_replace(both, std::regex(R"(", ")"), ": "));
  for (const std::string& rule : AllOf(source, R"re(bad\("([^"]*)"\))re")) told.push_back("names: " + rule);
  for (const std::string& whole : AllOf(source, R"re(Wrong\("([^"]*)"\))re")) told.push_back(whole);
  return told;
}

TEST(ErrorReasons, WhatTheSourcesTellPeopleIsKnown) {
  const std::regex for_programs(kMetByPrograms);
  std::size_t known = 0;
  std::vector<std::string> unknown;
  for (const char* path : kMetByPeople) {
    for (const std::string& sentence : ToldBy(ReadSource(path))) {
      if (std::regex_search(sentence, for_programs)) continue;
      if (ReasonOf(sentence))
        ++known;
      else
        unknown.push_back(std::string(path) + ": " + sentence);
    }
  }
  EXPECT_GT(known, 90U) << "the sources are read";
  EXPECT_THAT(unknown, IsEmpty()) << "add them to error_reasons.cc and to both languages";
}

}  // namespace
}  // namespace vigie::server::http
