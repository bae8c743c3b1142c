#include "agent/enforce/enforcer.h"

namespace vigie::agent::enforce {

bool Stops(const vigie::policy::Decision& decision) {
  return decision.verdict >= v1::VERDICT_BLOCK && !decision.shadow;
}

Outcome Answer(platform::PendingAccess& access, platform::Answer answer) {
  const bool in_time = answer == platform::Answer::kDeny ? access.Deny() : access.Allow();
  return {.denied = in_time && answer == platform::Answer::kDeny, .late = !in_time};
}

}  // namespace vigie::agent::enforce
