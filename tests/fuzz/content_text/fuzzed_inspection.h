#pragma once

#include <cstdlib>
#include <string_view>

#include "core/content/inspect_content.h"

namespace vigie::content {

// Inspects `bytes` under a small budget; aborts on an answer that says both "full" and why it is not.
inline v1::Inspection InspectFuzzed(std::string_view bytes) {
  static const auto engine = ContentEngine::Create();
  static const base::SystemClock clock;
  v1::InspectionBudget budget;
  budget.set_bytes(4 << 20);
  budget.set_depth(4);
  budget.set_entries(64);
  budget.set_milliseconds(2000);
  MemorySource source(bytes);
  auto inspection = InspectContent(source, {.budget = budget, .indexes = {}}, **engine, clock);
  if ((inspection.evaluated() == v1::EVALUATED_FULL) != inspection.reasons().empty()) std::abort();
  return inspection;
}

}  // namespace vigie::content
