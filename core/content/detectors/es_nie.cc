#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/southern_numbers.h"

namespace vigie::content {
namespace {

// X, Y or Z before it, and the letter is a check by 23.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "A#######A", .proof = Proof::kFair, .needs_context = false},
    {.written = "A-#######-A", .proof = Proof::kStrong, .needs_context = false},
    {.written = "A-#######A", .proof = Proof::kFair, .needs_context = false},
    {.written = "A #######A", .proof = Proof::kFair, .needs_context = false},
});

constexpr std::array kContextWords =
    std::to_array<std::string_view>({"nie", "extranjero", "n.i.e.", "foreigner", "identidad", "tarjeta de residencia"});

}  // namespace

std::unique_ptr<const Detector> MakeEsNieDetector() {
  return MakeNumberDetector(
      {.name = "es_nie", .shapes = kShapes, .is_valid = IsSpanishNie, .context_words = kContextWords, .prefix = ""});
}

}  // namespace vigie::content
