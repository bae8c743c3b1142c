#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/asia_pacific_numbers.h"

namespace vigie::content {
namespace {

// One check by 11: a label must stand near.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "#########", .proof = Proof::kWeak, .needs_context = true},
    {.written = "###~###~###", .proof = Proof::kWeak, .needs_context = true},
});

constexpr std::array kContextWords = std::to_array<std::string_view>({"tfn", "tax file", "tax file number"});

}  // namespace

std::unique_ptr<const Detector> MakeAuTfnDetector() {
  return MakeNumberDetector(
      {.name = "au_tfn", .shapes = kShapes, .is_valid = IsAustralianTfn, .context_words = kContextWords, .prefix = ""});
}

}  // namespace vigie::content
