#include "agent/policy/protected_content.h"

#include <algorithm>

namespace vigie::agent::policy {
namespace {

bool Names(const v1::Condition& condition, const v1::Inspection& inspection) {
  return std::ranges::any_of(inspection.classes(), [&](const v1::ClassFinding& finding) {
    return std::ranges::find(condition.classes(), finding.class_()) != condition.classes().end();
  });
}

}  // namespace

bool IsProtected(const vigie::policy::CompiledPolicy* policy, const v1::Inspection& inspection) {
  if (inspection.customers().distinct() > 0) return true;
  if (policy == nullptr || inspection.classes().empty()) return false;
  const auto names = [&](const auto& item) { return Names(item.when(), inspection); };
  const auto names_in_steps = [&](const v1::Threshold& threshold) {
    return names(threshold) || std::ranges::any_of(threshold.sequence(), names);
  };
  return std::ranges::any_of(policy->source().rules(), names) ||
         std::ranges::any_of(policy->source().thresholds(), names_in_steps);
}

}  // namespace vigie::agent::policy
