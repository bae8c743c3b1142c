#include "agent/policy/policy_stage.h"

namespace vigie::agent::policy {

PolicyStage::Judgement PolicyStage::Judge(const v1::Activity& activity, const v1::Inspection& inspection) const {
  Judgement judgement;
  if (const auto policy = policy_.current()) {
    judgement.decision = vigie::policy::Evaluate(*policy, activity, inspection);
    judgement.policy_version = policy->source().version();
  }
  if (judgement.decision.rule == vigie::policy::kAllowedDestinationRule) return judgement;
  const bool blocked = judgement.decision.verdict >= v1::VERDICT_BLOCK && !judgement.decision.shadow;
  if (blocked) return judgement;
  if (const auto incident = blocks_.IncidentFor(activity.user(), activity.channel())) {
    judgement.decision = {v1::VERDICT_BLOCK, "incident:" + *incident, false};
  } else if (auto threshold = blocks_.LocalThresholdFor(activity.user(), activity.channel())) {
    judgement.decision = {v1::VERDICT_BLOCK, *std::move(threshold), false};
  }
  return judgement;
}

}  // namespace vigie::agent::policy
