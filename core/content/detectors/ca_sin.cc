#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/american_numbers.h"

namespace vigie::content {
namespace {

// One check digit: a label must stand near.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "#########", .proof = Proof::kWeak, .needs_context = true},
    {.written = "###~###~###", .proof = Proof::kWeak, .needs_context = true},
});

constexpr std::array kContextWords = std::to_array<std::string_view>(
    {"sin", "social insurance", "social insurance number", "nas", "numéro d'assurance sociale", "assurance sociale"});

}  // namespace

std::unique_ptr<const Detector> MakeCaSinDetector() {
  return MakeNumberDetector({.name = "ca_sin",
                             .shapes = kShapes,
                             .is_valid = IsSocialInsuranceNumber,
                             .context_words = kContextWords,
                             .prefix = ""});
}

}  // namespace vigie::content
