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
      {"baseline: {history: 30d}", "thresholds[0].baseline: this version keeps no baselines"},
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

}  // namespace
}  // namespace vigie::policy
