#include "agent/inspect/sensitivity.h"

#include <algorithm>

namespace vigie::agent::inspect {

Sensitivity::Sensitivity(const v1::Policy& policy) {
  for (const auto& rule : policy.rules()) Name(rule.when());
  for (const auto& threshold : policy.thresholds()) {
    Name(threshold.when());
    for (const auto& step : threshold.sequence()) Name(step.when());
    const bool counts_identifiers = threshold.measure() == v1::MEASURE_DISTINCT_IDENTIFIERS;
    if (counts_identifiers && threshold.when().classes().empty()) every_class_ = true;
  }
  for (const auto& tag : policy.tags()) Name(tag.when());
  for (const auto& detector : policy.detectors()) classes_.insert(detector.id());
}

void Sensitivity::Name(const v1::Condition& condition) {
  classes_.insert(condition.classes().begin(), condition.classes().end());
}

bool Sensitivity::Concerns(const v1::Inspection& inspection) const {
  if (inspection.customers().distinct() > 0 || inspection.customers_of_other_ledgers_size() > 0) return true;
  std::uint64_t identifiers = 0;
  for (const auto& found : inspection.classes()) {
    if (every_class_ || classes_.contains(found.class_())) return true;
    identifiers += found.distinct();
  }
  return identifiers >= kIdentifiersAtLeast;
}

}  // namespace vigie::agent::inspect
