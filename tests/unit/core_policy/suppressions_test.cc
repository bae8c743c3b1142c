#include "core/policy/suppressions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/policy/compiled_policy.h"

namespace vigie::policy {
namespace {

using ::testing::HasSubstr;

const base::SystemTime kToday = *ParseDay("2026-11-22");

std::string PolicyWith(const std::string& rest) {
  return "version: 1\n"
         "thresholds:\n"
         "  - {id: bulk, measure: events, per: [user, process], window: 1h, over: 5, severity: low}\n" +
         rest;
}

std::string Suppressing(const std::string& keys) {
  return PolicyWith("suppressions:\n  - {" + keys + "}\n");
}

TEST(Suppressions, EachFaultIsNamedWithItsLineAndKey) {
  const std::pair<std::string, std::string> faults[] = {
      {"user: alice, until: 2026-12-01, owner: carol", "p.yaml:5: suppressions[0].threshold: must be given"},
      {"threshold: none, until: 2026-12-01, owner: carol", "suppressions[0].threshold: is not the id of a threshold"},
      {"threshold: bulk, host: w1, until: 2026-12-01, owner: carol",
       "p.yaml:5: suppressions[0].host: is not what the threshold counts per, which is user, process"},
      {"threshold: bulk, user: alice, owner: carol", "suppressions[0].until: must be given"},
      {"threshold: bulk, until: soon, owner: carol", "suppressions[0].until: must be a day such as 2026-12-31"},
      {"threshold: bulk, until: 2027-11-30, owner: carol", "suppressions[0].until: must be at most a year from now"},
      {"threshold: bulk, until: 2026-12-01", "p.yaml:5: suppressions[0].owner: must be given: who answers for it"},
  };
  for (const auto& [keys, message] : faults) {
    const auto read = ReadPolicy(Suppressing(keys), "p.yaml", kToday);
    ASSERT_FALSE(read) << keys;
    EXPECT_THAT(read.error().message, HasSubstr(message));
  }
}

TEST(Suppressions, AnOldOneDoesNotMakeAPolicyBad) {
  EXPECT_TRUE(ReadPolicy(Suppressing("threshold: bulk, until: 2020-01-01, owner: carol"), "p.yaml", kToday));
}

TEST(Suppressions, HoldForTheirKeysUntilTheirDayBegins) {
  const auto policy =
      ReadPolicy(Suppressing("threshold: bulk, user: alice, process: rsync, until: 2026-12-01, owner: carol"), "p");
  ASSERT_TRUE(policy) << policy.error().message;
  v1::Activity activity;
  activity.set_user("alice");
  activity.mutable_process()->set_exe("/usr/bin/rsync");
  const base::SystemTime end = *ParseDay("2026-12-01");
  const auto holds = [&](std::string_view rule, base::SystemTime now) {
    return policy->suppressions().Find({rule, activity, "", now}) != nullptr;
  };
  EXPECT_TRUE(holds("bulk", kToday));
  EXPECT_TRUE(holds("bulk", end - std::chrono::nanoseconds(1)));
  EXPECT_FALSE(holds("bulk", end));
  EXPECT_FALSE(holds("canary", kToday));
  activity.mutable_process()->set_exe("/usr/bin/scp");
  EXPECT_FALSE(holds("bulk", kToday));
  activity.mutable_process()->set_exe("/usr/bin/rsync");
  activity.set_user("bob");
  EXPECT_FALSE(holds("bulk", kToday));
}

TEST(Groups, AUserIsInOneAtMost) {
  const auto read = ReadPolicy(
      PolicyWith("groups:\n  - {name: sales, users: [alice, bob]}\n  - {name: support, users: [carol, bob]}\n"),
      "p.yaml");
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("p.yaml:6: groups[1].users[1]: is already in group sales"));
}

TEST(Groups, AConditionHoldsForTheirUsers) {
  const auto policy = ReadPolicy(
      "version: 1\nrules:\n  - {id: r, when: {groups: [sales]}, action: block}\ngroups:\n  - {name: sales, users: "
      "[alice]}\n",
      "p");
  ASSERT_TRUE(policy) << policy.error().message;
  v1::Activity activity;
  activity.set_user("alice");
  EXPECT_EQ(Evaluate(*policy, activity, {}).rule, "r");
  activity.set_user("bob");
  EXPECT_EQ(Evaluate(*policy, activity, {}).rule, "");
}

TEST(Sequences, EachFaultIsNamedWithItsKey) {
  const std::pair<std::string, std::string> faults[] = {
      {"sequence: [{name: collect}]", "thresholds[0].sequence: must have 2 to 8 steps"},
      {"sequence: [{name: a}, {name: a}]", "thresholds[0].sequence[1].name: is already the name of another step"},
      {"sequence: [{name: a}, {name: b, when: {classes: [none]}}]",
       "thresholds[0].sequence[1].when.classes[0]: is not the name of a detector class"},
      {"link: {customers_at_least: 2}", "thresholds[0].link: belongs to a sequence"},
      {"sequence: [{name: a}, {name: b}], link: {share_at_least: 2}", "thresholds[0].link.share_at_least: must be"},
      {"rearm_below: 6", "thresholds[0].rearm_below: must not be greater than over"},
  };
  for (const auto& [keys, message] : faults) {
    const auto read = ReadPolicy(
        "version: 1\nthresholds:\n  - {id: t, measure: events, per: [user], window: 1h, over: 5, severity: low, " +
            keys + "}\n",
        "p.yaml");
    ASSERT_FALSE(read) << keys;
    EXPECT_THAT(read.error().message, HasSubstr(message));
  }
}

std::string BaselinePolicy(const std::string& baseline, const std::string& window = "24h",
                           const std::string& more = "") {
  return "version: 1\nthresholds:\n  - {id: t, measure: events, per: [user], window: " + window +
         ", over: 5, severity: low, baseline: " + baseline + more + "}\n";
}

TEST(Tags, StandForTheirConditionInRulesAndThresholds) {
  const auto policy = ReadPolicy(
      "version: 1\nrules:\n  - {id: r, when: {tags: [payroll, board]}, action: block}\n"
      "tags:\n  - {name: payroll, when: {paths: [/srv/pay/**], users: [alice]}}\n  - {name: board, when: {channels: "
      "[print]}}\n",
      "p");
  ASSERT_TRUE(policy) << policy.error().message;
  v1::Activity activity;
  activity.set_user("alice");
  activity.mutable_file()->set_path("/srv/pay/july.ods");
  EXPECT_EQ(Evaluate(*policy, activity, {}).rule, "r");
  activity.set_user("bob");
  EXPECT_EQ(Evaluate(*policy, activity, {}).rule, "");
  activity.set_channel(v1::CHANNEL_PRINT);
  EXPECT_EQ(Evaluate(*policy, activity, {}).rule, "r");
  ASSERT_EQ(policy->tags().size(), 2U);
  EXPECT_EQ(policy->tags()[1].name, "board");
}

TEST(Tags, EachFaultIsNamedWithItsKey) {
  const std::pair<std::string, std::string> faults[] = {
      {"tags: [{name: 'a b'}]", "p.yaml:2: tags[0].name: must be 1 to 64"},
      {"tags: [{name: a}, {name: a}]", "tags[1].name: is already the name of another tag (tag a)"},
      {"tags: [{name: a}, {name: b, when: {tags: [a]}}]", "tags[1].when.tags: a tag cannot stand for tags"},
      {"tags: [{name: a, when: {verdicts: [block]}}]", "tags[0].when.verdicts: belongs to thresholds"},
      {"tags: [{name: a, when: {classes: [none]}}]", "tags[0].when.classes[0]: is not the name of a detector class"},
      {"rules: [{id: r, when: {tags: [a]}, action: audit}]", "rules[0].when.tags[0]: is not the name of a tag of this"},
  };
  for (const auto& [text, message] : faults) {
    const auto read = ReadPolicy("version: 1\n" + text + "\n", "p.yaml");
    ASSERT_FALSE(read) << text;
    EXPECT_THAT(read.error().message, HasSubstr(message));
  }
}

TEST(BaselinesOfPolicies, EachFaultIsNamedWithItsKey) {
  const std::pair<std::string, std::string> faults[] = {
      {"{at_least: 7, deviation: 6}", "thresholds[0].baseline.history: must be given, such as 30d"},
      {"{history: 6d, at_least: 5, deviation: 6}", "baseline.history: must be whole days, from 7d to 90d"},
      {"{history: 36h, at_least: 5, deviation: 6}", "baseline.history: must be whole days, from 7d to 90d"},
      {"{history: 91d, at_least: 5, deviation: 6}", "baseline.history: must be whole days, from 7d to 90d"},
      {"{history: 30d, at_least: 4, deviation: 6}", "baseline.at_least: must be days with activity"},
      {"{history: 30d, at_least: 31, deviation: 6}", "from 5 to those of history"},
      {"{history: 30d, at_least: 10}", "baseline.deviation: must be from 1 to 1000000"},
      {"{history: 30d, at_least: 10, deviation: 6, of: [own, own]}", "baseline.of[1]: given twice"},
      {"{history: 30d, at_least: 10, deviation: 6, of: [peers]}", "baseline.of[0]: must be one of own, group"},
      {"{history: 30d, at_least: 10, deviation: 6, of: [group]}", "baseline.of: group needs groups in the policy"},
  };
  for (const auto& [baseline, message] : faults) {
    const auto read = ReadPolicy(BaselinePolicy(baseline), "p.yaml");
    ASSERT_FALSE(read) << baseline;
    EXPECT_THAT(read.error().message, HasSubstr(message));
    EXPECT_THAT(read.error().message, HasSubstr("p.yaml:3: "));
  }
}

// Else a user's other hosts would be the others that he is judged by.
TEST(BaselinesOfPolicies, AGroupIsComparedUserByUserOnly) {
  std::string text = BaselinePolicy("{history: 30d, at_least: 10, deviation: 6, of: [group]}") +
                     "groups: [{name: sales, users: [alice]}]\n";
  EXPECT_TRUE(ReadPolicy(text, "p.yaml"));
  text.replace(text.find("per: [user]"), 11, "per: [user, host]");
  EXPECT_THAT(ReadPolicy(text, "p.yaml").error().message, HasSubstr("group needs per: [user] alone"));
}

TEST(BaselinesOfPolicies, CompareDaysOfSingleEvents) {
  const std::string good = "{history: 30d, at_least: 10, deviation: 6}";
  EXPECT_TRUE(ReadPolicy(BaselinePolicy(good), "p.yaml"));
  EXPECT_THAT(ReadPolicy(BaselinePolicy(good, "25h"), "p.yaml").error().message,
              HasSubstr("thresholds[0].baseline: needs a window of 24h or less"));
  EXPECT_THAT(ReadPolicy(BaselinePolicy(good, "1h", ", sequence: [{name: a}, {name: b}]"), "p.yaml").error().message,
              HasSubstr("thresholds[0].baseline: does not go with a sequence"));
}

}  // namespace
}  // namespace vigie::policy
