#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/asia_pacific_numbers.h"

namespace vigie::content {
namespace {

// A check by 89.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "###########", .proof = Proof::kWeak, .needs_context = true},
    {.written = "## ### ### ###", .proof = Proof::kFair, .needs_context = false},
});

constexpr std::array kContextWords = std::to_array<std::string_view>({"abn", "australian business", "business number"});

}  // namespace

std::unique_ptr<const Detector> MakeAuAbnDetector() {
  return MakeNumberDetector(
      {.name = "au_abn", .shapes = kShapes, .is_valid = IsAustralianAbn, .context_words = kContextWords, .prefix = ""});
}

}  // namespace vigie::content
