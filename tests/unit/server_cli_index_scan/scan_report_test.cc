#include "server/cli/scan_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

namespace vigie::cli {
namespace {

using testing::HasSubstr;

ScanResult LeakingFile() {
  ScanResult result;
  result.path = "/home/x/export.csv";
  v1::Inspection& inspection = result.inspection;
  inspection.set_media_type("text/csv");
  inspection.set_bytes(91377);
  inspection.set_evaluated(v1::EVALUATED_PARTIAL);
  inspection.add_reasons(v1::REASON_ENCRYPTED);
  auto& finding = *inspection.add_classes();
  finding.set_class_("email_address");
  finding.set_matches(9);
  finding.set_distinct(7);
  const customers::RecordSet records(std::vector<customers::RecordId>{1, 2, 3, 9});
  inspection.mutable_customers()->set_distinct(records.size());
  inspection.mutable_customers()->set_records(records.Serialize());
  inspection.set_milliseconds(3.5);
  return result;
}

policy::CompiledPolicy PolicyWith(const std::string& rules) {
  auto policy = policy::ReadPolicy("version: 1\nrules:\n" + rules, "test.yaml");
  EXPECT_TRUE(policy) << policy.error().message;
  return *std::move(policy);
}

TEST(ScanReport, WritesOneJsonObjectALine) {
  std::ostringstream out;
  ScanReport report({.json = true, .records = true}, out);
  report.Add(LeakingFile());
  report.Finish();
  EXPECT_EQ(
      "{\"path\":\"/home/x/export.csv\",\"media_type\":\"text/"
      "csv\",\"bytes\":91377,\"evaluated\":\"partial\",\"reasons\":[\"encrypted\"],"
      "\"classes\":{\"email_address\":{\"matches\":9,\"distinct\":7}},\"customers\":{\"distinct\":4,\"records\":[1,2,3,"
      "9]},"
      "\"milliseconds\":3.5}\n",
      out.str());
}

TEST(ScanReport, ShowsRecordsOnlyWhenAsked) {
  std::ostringstream out;
  ScanReport report({.json = true}, out);
  report.Add(LeakingFile());
  EXPECT_FALSE(nlohmann::json::parse(out.str())["customers"].contains("records"));
}

TEST(ScanReport, KeepsJsonValidForAnyPath) {
  std::ostringstream out;
  ScanReport report({.json = true}, out);
  ScanResult result;
  result.path = "a\nb\xFF";
  report.Add(result);
  const std::string written = out.str();
  EXPECT_EQ(1, std::count(written.begin(), written.end(), '\n'));
  EXPECT_TRUE(nlohmann::json::accept(written));
}

TEST(ScanReport, WritesATableAndASum) {
  std::ostringstream out;
  ScanReport report({.records = true}, out);
  report.Add(LeakingFile());
  report.Finish();
  EXPECT_THAT(out.str(), HasSubstr("partial: encrypted"));
  EXPECT_THAT(out.str(), HasSubstr("1-3, 9"));
  EXPECT_THAT(out.str(), HasSubstr("1 files, 1 with findings, 4 distinct customers, 1 not fully evaluated"));
}

// Record 1 of one ledger is not record 1 of another: nobody is counted twice, nobody disappears.
TEST(ScanReport, KeepsThePeopleOfSeveralLedgersApart) {
  std::ostringstream out;
  ScanReport report({.records = true}, out);
  auto both = LeakingFile();
  both.inspection.mutable_customers()->set_ledger("aaaa");
  const customers::RecordSet others(std::vector<customers::RecordId>{1, 2});
  auto& other = *both.inspection.add_customers_of_other_ledgers();
  other.set_ledger("bbbb");
  other.set_distinct(others.size());
  other.set_records(others.Serialize());
  report.Add(both);
  auto only_other = LeakingFile();
  *only_other.inspection.mutable_customers() = other;
  report.Add(only_other);
  report.Finish();
  EXPECT_THAT(out.str(), HasSubstr("1-3, 9 of ledger aaaa, 1-2 of ledger bbbb"));
  EXPECT_THAT(out.str(), HasSubstr("2 files, 2 with findings, 6 distinct customers"));
}

TEST(ScanReport, TellsFoundFromClean) {
  std::ostringstream out;
  ScanReport report({}, out);
  ScanResult clean;
  clean.inspection.set_evaluated(v1::EVALUATED_FULL);
  report.Add(clean);
  EXPECT_FALSE(report.found());
  EXPECT_TRUE(report.all_evaluated());
  report.Add(LeakingFile());
  EXPECT_TRUE(report.found());
  EXPECT_FALSE(report.all_evaluated());
}

TEST(DecideForScan, FindsTheStrictestChannel) {
  const auto policy = PolicyWith(
      "  - {id: seen, when: {channels: [web_upload]}, action: audit}\n"
      "  - {id: media, when: {channels: [removable_media], customers_at_least: 4}, action: block}\n");
  const ScanDecision decision = DecideForScan(policy, LeakingFile());
  EXPECT_EQ("media", decision.decision.rule);
  EXPECT_EQ(v1::VERDICT_BLOCK, decision.decision.verdict);
  EXPECT_EQ(v1::CHANNEL_REMOVABLE_MEDIA, decision.channel);
}

TEST(DecideForScan, AllowsWhatNoRuleConcerns) {
  const auto policy = PolicyWith("  - {id: media, when: {customers_at_least: 50}, action: block}\n");
  ScanResult result = LeakingFile();
  result.decision = DecideForScan(policy, result);
  EXPECT_EQ("", result.decision->decision.rule);
  std::ostringstream out;
  ScanReport report({.json = true, .policy = true}, out);
  report.Add(result);
  EXPECT_FALSE(report.found());
  EXPECT_EQ("allow", nlohmann::json::parse(out.str())["policy"]["verdict"]);
}

}  // namespace
}  // namespace vigie::cli
