#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/asia_pacific_numbers.h"

namespace vigie::content {
namespace {

// Its check letter is secret: a label must stand near.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "AAAAA####A", .proof = Proof::kFair, .needs_context = true},
});

constexpr std::array kContextWords =
    std::to_array<std::string_view>({"pan", "permanent account", "pan no", "pan card", "income tax", "पैन"});

}  // namespace

std::unique_ptr<const Detector> MakeInPanDetector() {
  return MakeNumberDetector(
      {.name = "in_pan", .shapes = kShapes, .is_valid = IsIndianPan, .context_words = kContextWords, .prefix = ""});
}

}  // namespace vigie::content
