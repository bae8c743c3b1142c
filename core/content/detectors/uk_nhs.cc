#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/british_irish_numbers.h"

namespace vigie::content {
namespace {

// One check by 11: a label must stand near.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "##########", .proof = Proof::kWeak, .needs_context = true},
    {.written = "###~###~####", .proof = Proof::kWeak, .needs_context = true},
});

constexpr std::array kContextWords =
    std::to_array<std::string_view>({"nhs", "nhs number", "nhs no", "health service", "chi number"});

}  // namespace

std::unique_ptr<const Detector> MakeUkNhsDetector() {
  return MakeNumberDetector(
      {.name = "uk_nhs", .shapes = kShapes, .is_valid = IsNhsNumber, .context_words = kContextWords, .prefix = ""});
}

}  // namespace vigie::content
