#include "server/retention_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/contract/time_conversion.h"
#include "proto/contract/yaml_reader.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

using std::chrono::hours;
using ::testing::HasSubstr;

base::Result<RetentionPlan> PlanOf(const std::string& yaml) {
  v1::CollectorConfig config;
  const auto read = contract::ReadYaml("retention: " + yaml + "\n", "collector.yaml", config);
  if (!read) return read.error();
  return RetentionPlan::Make(config.retention());
}

std::string KeptAs(const RetentionPlan& plan, const v1::Event& event) {
  const auto* age = plan.AgeOf(event);
  return age == nullptr ? "for ever" : age->what;
}

v1::Event With(const std::vector<std::string>& classes, std::vector<std::uint32_t> records = {}) {
  v1::Event event = MakeEvent({.records = std::move(records)});
  for (const std::string& name : classes) event.mutable_inspection()->add_classes()->set_class_(name);
  return event;
}

TEST(RetentionPlanning, AnEventIsKeptAsLongAsWhatIsKeptLongestInIt) {
  const auto plan = PlanOf(
      "{clean_events: 30d, finding_events: 60d, customer_events: 400d, gaps: 90d,"
      " classes: [{class: payment_card, keep: 7d}, {class: iban, keep: 500d}]}");
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(KeptAs(*plan, With({})), "clean_events");
  EXPECT_EQ(KeptAs(*plan, With({"email_address"})), "finding_events");
  EXPECT_EQ(KeptAs(*plan, With({"payment_card"})), "payment_card");
  EXPECT_EQ(KeptAs(*plan, With({"payment_card", "email_address"})), "finding_events");
  EXPECT_EQ(KeptAs(*plan, With({"payment_card"}, {1, 2})), "customer_events");
  EXPECT_EQ(KeptAs(*plan, With({"iban"}, {1, 2})), "iban");
  EXPECT_EQ(KeptAs(*plan, MakeGap("agent-1", 1, hours(0))), "gaps");
}

TEST(RetentionPlanning, WhatIsNotGivenIsKeptForEver) {
  const auto plan = PlanOf("{clean_events: 30d}");
  ASSERT_TRUE(plan);
  EXPECT_EQ(KeptAs(*plan, With({})), "clean_events");
  EXPECT_EQ(KeptAs(*plan, With({}, {1})), "for ever");
  EXPECT_EQ(KeptAs(*plan, With({"iban"})), "for ever");
  EXPECT_TRUE(PlanOf("{}")->empty());
  EXPECT_FALSE(plan->empty());
}

TEST(RetentionPlanning, WhatWasNotInspectedIsNotClean) {
  const auto plan = PlanOf("{clean_events: 30d, finding_events: 60d}");
  v1::Event encrypted = With({});
  encrypted.mutable_inspection()->set_evaluated(v1::EVALUATED_NONE);
  EXPECT_EQ(KeptAs(*plan, encrypted), "finding_events");
}

TEST(RetentionPlanning, BadAgesAreRefusedByTheirKey) {
  for (const auto& [yaml, key] : std::map<std::string, std::string>{
           {"{clean_events: 30s}", "retention.clean_events"},
           {"{audit: 5m}", "retention.audit"},
           {"{closed_incidents: 1ms}", "retention.closed_incidents"},
           {"{classes: [{class: '', keep: 30d}]}", "retention.classes[]"},
           {"{classes: [{class: gaps, keep: 30d}]}", "retention.classes[gaps]"},
           {"{classes: [{class: iban, keep: 1d}, {class: iban, keep: 2d}]}", "retention.classes[iban]"},
           {"{events: 30d}", "events"}}) {
    const auto plan = PlanOf(yaml);
    ASSERT_FALSE(plan) << yaml;
    EXPECT_THAT(plan.error().message, HasSubstr(key));
  }
}

TEST(RetentionPlanning, AWindowLongerThanWhatItCountsIsKeptIsRefused) {
  const auto plan = PlanOf("{clean_events: 7d, finding_events: 60d, customer_events: 20d}");
  const auto customers = MakePolicy(BulkThreshold(5));  // 24h
  EXPECT_TRUE(plan->CheckWindows(customers->source()));
  v1::Policy policy = customers->source();
  v1::Threshold& threshold = *policy.mutable_thresholds(0);
  *threshold.mutable_window() = contract::ToProto(hours(24 * 30));
  const auto refused = plan->CheckWindows(policy);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("threshold bulk: its window of 30d is longer than "
                                                 "retention.customer_events of collector.yaml, 20d"));
  threshold.set_measure(v1::MEASURE_DISTINCT_IDENTIFIERS);
  threshold.mutable_when()->clear_customers_at_least();
  EXPECT_TRUE(plan->CheckWindows(policy)) << "clean events hold no identifiers";
  threshold.set_measure(v1::MEASURE_EVENTS);
  EXPECT_THAT(plan->CheckWindows(policy).error().message, HasSubstr("clean_events"));
}

// The steps before the last may be events of any kind, and the ways that end in the window began up to a window before.
TEST(RetentionPlanning, ASequenceNeedsEventsOfEveryKindForTwiceItsWindow) {
  v1::Policy policy = MakePolicy(
                          "thresholds:\n"
                          "  - id: staged\n    measure: distinct_customers\n    per: [user]\n    window: 10d\n"
                          "    over: 2\n    severity: high\n    sequence:\n"
                          "      - {name: collect, when: {channels: [network_share]}}\n"
                          "      - {name: exfiltrate, when: {channels: [removable_media]}}\n")
                          ->source();
  const auto refused = PlanOf("{clean_events: 15d, finding_events: 60d, customer_events: 60d}")->CheckWindows(policy);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message,
              HasSubstr("threshold staged: its sequence needs events of twice its window of 10d"));
  EXPECT_THAT(refused.error().message, HasSubstr("retention.clean_events of collector.yaml, 15d"));
  EXPECT_FALSE(PlanOf("{finding_events: 20d}")->CheckWindows(policy)) << "and the window's first step";
  EXPECT_TRUE(PlanOf("{clean_events: 21d, gaps: 1d}")->CheckWindows(policy));
}

TEST(RetentionPlanning, ABaselineNeedsItsHistory) {
  v1::Policy policy =
      MakePolicy(BulkThreshold(5, "    baseline: {history: 30d, at_least: 7, deviation: 6}\n"))->source();
  const auto refused = PlanOf("{customer_events: 33d}")->CheckWindows(policy);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message,
              HasSubstr("threshold bulk: its baseline needs events of its history and some days, "
                        "at least 34d, which is longer than retention.customer_events"));
  EXPECT_TRUE(PlanOf("{customer_events: 34d}")->CheckWindows(policy));
}

}  // namespace
}  // namespace vigie::server
