// Content inspection as a whole: any bytes, all extractors, all detectors, a small budget. Whatever the bytes, the
// answer must be one that the pool would believe.
#include <cstdlib>
#include <string_view>

#include "core/content/inspect_content.h"
#include "core/inspection/inspector_protocol.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

vigie::v1::InspectionBudget SmallBudget() {
  vigie::v1::InspectionBudget budget;
  budget.set_bytes(1 << 20);
  budget.set_depth(4);
  budget.set_entries(64);
  budget.set_milliseconds(2000);
  return budget;
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  static const auto engine = vigie::content::ContentEngine::Create();
  static const vigie::base::SystemClock clock;
  vigie::content::MemorySource source({reinterpret_cast<const char*>(input.data()), input.size()});
  vigie::v1::InspectorReply reply;
  *reply.mutable_inspection() =
      vigie::content::InspectContent(source, {.budget = SmallBudget(), .indexes = {}}, **engine, clock);
  if (!vigie::inspection::DecodeInspectionReply(vigie::inspection::EncodeReply(reply))) std::abort();
}
