#pragma once

#include <cstdlib>
#include <string_view>

#include "core/content/inspect_content.h"
#include "core/inspection/inspector_protocol.h"

namespace vigie::content {

// Inspects `bytes` under a small budget. Aborts on an answer that the pool would not believe, or that says both "full"
// and why it is not.
inline void InspectAndCheck(std::string_view bytes, platform::Converter* converter = nullptr) {
  static const auto engine = ContentEngine::Create();
  static const base::SystemClock clock;
  v1::InspectionBudget budget;
  budget.set_bytes(2 << 20);
  budget.set_depth(4);
  budget.set_entries(64);
  budget.set_milliseconds(2000);
  MemorySource source(bytes);
  v1::InspectorReply reply;
  auto& inspection = *reply.mutable_inspection();
  inspection = InspectContent(source, {.budget = budget, .indexes = {}, .converter = converter}, **engine, clock);
  if ((inspection.evaluated() == v1::EVALUATED_FULL) != inspection.reasons().empty()) std::abort();
  if (!inspection::DecodeInspectionReply(inspection::EncodeReply(reply))) std::abort();
}

}  // namespace vigie::content
