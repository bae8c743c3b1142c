#include <tuple>

#include "core/policy/compiled_policy.h"

namespace vigie::policy {
namespace {

v1::Verdict VerdictOf(v1::Action action) {
  switch (action) {
    case v1::ACTION_AUDIT:
      return v1::VERDICT_AUDIT;
    case v1::ACTION_WARN:
      return v1::VERDICT_WARN;
    case v1::ACTION_BLOCK:
      return v1::VERDICT_BLOCK;
    case v1::ACTION_QUARANTINE:
      return v1::VERDICT_QUARANTINE;
    default:
      return v1::VERDICT_ALLOW;
  }
}

// Verdicts are numbered by strictness. A shadow rule enforces nothing, so however strict, it must not hide one that
// intervenes.
auto Rank(const Decision& decision) {
  const bool intervenes = !decision.shadow && decision.verdict >= v1::VERDICT_WARN;
  return std::tuple(intervenes, decision.verdict, !decision.shadow);
}

}  // namespace

Decision Evaluate(const CompiledPolicy& policy, const v1::Activity& activity, const v1::Inspection& inspection) {
  if (policy.allowed_destinations().Holds(activity.destination())) {
    return {v1::VERDICT_ALLOW, kAllowedDestinationRule, false};
  }
  Decision strictest;
  for (const CompiledRule& rule : policy.rules()) {
    const Decision decision{VerdictOf(rule.source.action()), rule.source.id(), rule.source.shadow()};
    const bool stricter = strictest.rule.empty() || Rank(decision) > Rank(strictest);
    if (stricter && rule.when.Matches(activity, inspection, v1::VERDICT_UNSPECIFIED)) strictest = decision;
  }
  return strictest;
}

}  // namespace vigie::policy
