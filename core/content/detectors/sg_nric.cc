#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/asia_pacific_numbers.h"

namespace vigie::content {
namespace {

// A letter of the series before, a check letter behind.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "A#######A", .proof = Proof::kFair, .needs_context = false},
});

constexpr std::array kContextWords =
    std::to_array<std::string_view>({"nric", "fin", "nric no", "identity card", "singapore id"});

}  // namespace

std::unique_ptr<const Detector> MakeSgNricDetector() {
  return MakeNumberDetector({.name = "sg_nric",
                             .shapes = kShapes,
                             .is_valid = IsSingaporeNric,
                             .context_words = kContextWords,
                             .prefix = ""});
}

}  // namespace vigie::content
