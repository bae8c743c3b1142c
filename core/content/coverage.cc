#include "core/content/coverage.h"

namespace vigie::content {
namespace {

v1::Evaluated Judge(bool has_reasons, bool inspected) {
  if (!has_reasons) return v1::EVALUATED_FULL;
  return inspected ? v1::EVALUATED_PARTIAL : v1::EVALUATED_NONE;
}

}  // namespace

void Coverage::Report(const ScanBudget& budget, v1::Inspection& inspection) const {
  auto reasons = reasons_;
  reasons.insert(budget.exhausted().begin(), budget.exhausted().end());
  for (const auto reason : reasons) inspection.add_reasons(reason);
  inspection.set_evaluated(Judge(!reasons.empty(), inspected_));
}

}  // namespace vigie::content
