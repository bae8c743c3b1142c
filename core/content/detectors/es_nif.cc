#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/southern_numbers.h"

namespace vigie::content {
namespace {

// The letter is a check by 23.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "########A", .proof = Proof::kFair, .needs_context = false},
    {.written = "########-A", .proof = Proof::kFair, .needs_context = false},
    {.written = "######## A", .proof = Proof::kFair, .needs_context = false},
    {.written = "##.###.###-A", .proof = Proof::kStrong, .needs_context = false},
    {.written = "##.###.###A", .proof = Proof::kStrong, .needs_context = false},
    {.written = "A#######A", .proof = Proof::kFair, .needs_context = false},
});

constexpr std::array kContextWords =
    std::to_array<std::string_view>({"nif", "dni", "documento nacional", "n.i.f.", "d.n.i.", "identidad", "tax id"});

}  // namespace

std::unique_ptr<const Detector> MakeEsNifDetector() {
  return MakeNumberDetector(
      {.name = "es_nif", .shapes = kShapes, .is_valid = IsSpanishNif, .context_words = kContextWords, .prefix = ""});
}

}  // namespace vigie::content
