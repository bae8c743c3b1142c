#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/french_numbers.h"

namespace vigie::content {
namespace {

// Fifteen digits with a key of two: strict enough to count alone.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "###############", .proof = Proof::kFair, .needs_context = false},
    {.written = "# ## ## ## ### ### ##", .proof = Proof::kStrong, .needs_context = false},
    {.written = "# ## ## ## ### ###-##", .proof = Proof::kStrong, .needs_context = false},
    {.written = "# ## ## ** ### ### ##", .proof = Proof::kStrong, .needs_context = false},
    {.written = "#.##.##.##.###.###.##", .proof = Proof::kStrong, .needs_context = false},
    {.written = "#-##-##-##-###-###-##", .proof = Proof::kStrong, .needs_context = false},
    {.written = "############# ##", .proof = Proof::kFair, .needs_context = false},
    {.written = "#####A#########", .proof = Proof::kFair, .needs_context = false},
    {.written = "#######A#######", .proof = Proof::kFair, .needs_context = true},
});

constexpr std::array kContextWords = std::to_array<std::string_view>(
    {"nir", "sécurité sociale", "securite sociale", "numéro de sécu", "n° sécu", "insee", "carte vitale", "assuré",
     "assure social", "social security", "immatriculation"});

}  // namespace

std::unique_ptr<const Detector> MakeFrNirDetector() {
  return MakeNumberDetector(
      {.name = "fr_nir", .shapes = kShapes, .is_valid = IsFrenchNir, .context_words = kContextWords, .prefix = ""});
}

}  // namespace vigie::content
