#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/international_numbers.h"

namespace vigie::content {
namespace {

// Letters, digits, and a check by 97.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "********************", .proof = Proof::kFair, .needs_context = false},
});

constexpr std::array kContextWords =
    std::to_array<std::string_view>({"lei", "legal entity identifier", "legal entity"});

}  // namespace

std::unique_ptr<const Detector> MakeLeiDetector() {
  return MakeNumberDetector(
      {.name = "lei", .shapes = kShapes, .is_valid = IsLei, .context_words = kContextWords, .prefix = ""});
}

}  // namespace vigie::content
