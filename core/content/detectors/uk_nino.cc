#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/british_irish_numbers.h"

namespace vigie::content {
namespace {

// No check digit: a label must stand near.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "AA######A", .proof = Proof::kFair, .needs_context = true},
    {.written = "AA~##~##~##~A", .proof = Proof::kFair, .needs_context = true},
    {.written = "AA ######A", .proof = Proof::kFair, .needs_context = true},
    {.written = "AA ###### A", .proof = Proof::kFair, .needs_context = true},
});

constexpr std::array kContextWords =
    std::to_array<std::string_view>({"national insurance", "nino", "ni number", "ni no", "insurance number", "n.i."});

}  // namespace

std::unique_ptr<const Detector> MakeUkNinoDetector() {
  return MakeNumberDetector({.name = "uk_nino",
                             .shapes = kShapes,
                             .is_valid = IsNationalInsuranceNumber,
                             .context_words = kContextWords,
                             .prefix = ""});
}

}  // namespace vigie::content
