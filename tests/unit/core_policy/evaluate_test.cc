#include <gtest/gtest.h>

#include <vector>

#include "core/policy/compiled_policy.h"

namespace vigie::policy {
namespace {

struct RuleLine {
  const char* id;
  v1::Action action;
  bool shadow = false;
  bool matches = true;
};

// What a policy of these rules says to an open on a removable medium.
Decision Decide(const std::vector<RuleLine>& lines) {
  v1::Policy source;
  source.set_version(1);
  for (const RuleLine& line : lines) {
    v1::Rule* rule = source.add_rules();
    rule->set_id(line.id);
    rule->set_action(line.action);
    rule->set_shadow(line.shadow);
    rule->mutable_when()->add_channels(line.matches ? v1::CHANNEL_REMOVABLE_MEDIA : v1::CHANNEL_PRINT);
  }
  const auto policy = CompiledPolicy::Compile(source);
  EXPECT_TRUE(policy) << policy.error().message;
  v1::Activity activity;
  activity.set_channel(v1::CHANNEL_REMOVABLE_MEDIA);
  return policy ? Evaluate(*policy, activity, {}) : Decision{};
}

void ExpectDecision(const Decision& decision, v1::Verdict verdict, const std::string& rule, bool shadow = false) {
  EXPECT_EQ(decision.verdict, verdict);
  EXPECT_EQ(decision.rule, rule);
  EXPECT_EQ(decision.shadow, shadow);
}

TEST(PolicyEvaluator, AllowsWhenNoRuleMatches) {
  ExpectDecision(Decide({}), v1::VERDICT_ALLOW, "");
  ExpectDecision(Decide({{.id = "a", .action = v1::ACTION_BLOCK, .matches = false}}), v1::VERDICT_ALLOW, "");
}

TEST(PolicyEvaluator, NamesTheRuleThatAllows) {
  ExpectDecision(Decide({{.id = "a", .action = v1::ACTION_ALLOW}}), v1::VERDICT_ALLOW, "a");
}

TEST(PolicyEvaluator, BlocksWhenAnyRuleBlocks) {
  ExpectDecision(Decide({{.id = "a", .action = v1::ACTION_ALLOW},
                         {.id = "b", .action = v1::ACTION_BLOCK},
                         {.id = "c", .action = v1::ACTION_AUDIT}}),
                 v1::VERDICT_BLOCK, "b");
}

TEST(PolicyEvaluator, TakesTheFirstOfEquallyStrictRules) {
  ExpectDecision(Decide({{.id = "a", .action = v1::ACTION_AUDIT}, {.id = "b", .action = v1::ACTION_AUDIT}}),
                 v1::VERDICT_AUDIT, "a");
}

TEST(PolicyEvaluator, SaysThatAShadowRuleOnlyWouldHaveBlocked) {
  ExpectDecision(Decide({{.id = "a", .action = v1::ACTION_BLOCK, .shadow = true}}), v1::VERDICT_BLOCK, "a", true);
}

TEST(PolicyEvaluator, LetsAnEnforcedRuleWinOverAShadowOneOfTheSameStrictness) {
  ExpectDecision(
      Decide({{.id = "a", .action = v1::ACTION_BLOCK, .shadow = true}, {.id = "b", .action = v1::ACTION_BLOCK}}),
      v1::VERDICT_BLOCK, "b");
  ExpectDecision(
      Decide({{.id = "a", .action = v1::ACTION_BLOCK}, {.id = "b", .action = v1::ACTION_BLOCK, .shadow = true}}),
      v1::VERDICT_BLOCK, "a");
}

TEST(PolicyEvaluator, ReportsAShadowBlockRatherThanAnEnforcedAudit) {
  ExpectDecision(
      Decide({{.id = "a", .action = v1::ACTION_AUDIT}, {.id = "b", .action = v1::ACTION_BLOCK, .shadow = true}}),
      v1::VERDICT_BLOCK, "b", true);
}

}  // namespace
}  // namespace vigie::policy
