#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/french_numbers.h"

namespace vigie::content {
namespace {

// One check digit: a label must stand near.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "#########", .proof = Proof::kWeak, .needs_context = true},
    {.written = "### ### ###", .proof = Proof::kWeak, .needs_context = true},
});

constexpr std::array kContextWords = std::to_array<std::string_view>(
    {"siren", "rcs", "sirène", "sirene", "registre du commerce", "immatriculée", "company number"});

}  // namespace

std::unique_ptr<const Detector> MakeFrSirenDetector() {
  return MakeNumberDetector(
      {.name = "fr_siren", .shapes = kShapes, .is_valid = IsSiren, .context_words = kContextWords, .prefix = ""});
}

}  // namespace vigie::content
