#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/french_numbers.h"

namespace vigie::content {
namespace {

// Both the SIREN in it and the whole have a check digit.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "##############", .proof = Proof::kWeak, .needs_context = true},
    {.written = "### ### ### #####", .proof = Proof::kFair, .needs_context = false},
    {.written = "### ### ### ## ###", .proof = Proof::kFair, .needs_context = false},
});

constexpr std::array kContextWords = std::to_array<std::string_view>(
    {"siret", "établissement", "etablissement", "siège social", "siege social", "establishment"});

}  // namespace

std::unique_ptr<const Detector> MakeFrSiretDetector() {
  return MakeNumberDetector(
      {.name = "fr_siret", .shapes = kShapes, .is_valid = IsSiret, .context_words = kContextWords, .prefix = ""});
}

}  // namespace vigie::content
