#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/french_numbers.h"

namespace vigie::content {
namespace {

// No check digit: a label must stand near.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "##AA#####", .proof = Proof::kFair, .needs_context = true},
    {.written = "## AA #####", .proof = Proof::kFair, .needs_context = true},
});

constexpr std::array kContextWords =
    std::to_array<std::string_view>({"passeport", "passport", "n° passeport", "document de voyage"});

}  // namespace

std::unique_ptr<const Detector> MakeFrPassportDetector() {
  return MakeNumberDetector({.name = "fr_passport",
                             .shapes = kShapes,
                             .is_valid = IsFrenchPassport,
                             .context_words = kContextWords,
                             .prefix = ""});
}

}  // namespace vigie::content
