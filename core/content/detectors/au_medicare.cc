#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/asia_pacific_numbers.h"

namespace vigie::content {
namespace {

// One check digit: a label must stand near.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "##########", .proof = Proof::kWeak, .needs_context = true},
    {.written = "###########", .proof = Proof::kWeak, .needs_context = true},
    {.written = "#### ##### #", .proof = Proof::kWeak, .needs_context = true},
    {.written = "#### ##### # #", .proof = Proof::kWeak, .needs_context = true},
    {.written = "#### ##### #/#", .proof = Proof::kWeak, .needs_context = true},
    {.written = "####-#####-#", .proof = Proof::kWeak, .needs_context = true},
});

constexpr std::array kContextWords = std::to_array<std::string_view>({"medicare", "medicare card", "medicare no"});

}  // namespace

std::unique_ptr<const Detector> MakeAuMedicareDetector() {
  return MakeNumberDetector({.name = "au_medicare",
                             .shapes = kShapes,
                             .is_valid = IsAustralianMedicare,
                             .context_words = kContextWords,
                             .prefix = ""});
}

}  // namespace vigie::content
