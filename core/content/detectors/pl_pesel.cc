#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/eastern_numbers.h"

namespace vigie::content {
namespace {

// A birth date and one check digit: a label must stand near.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "###########", .proof = Proof::kWeak, .needs_context = true},
});

constexpr std::array kContextWords =
    std::to_array<std::string_view>({"pesel", "numer ewidencyjny", "nr pesel", "personal number"});

}  // namespace

std::unique_ptr<const Detector> MakePlPeselDetector() {
  return MakeNumberDetector(
      {.name = "pl_pesel", .shapes = kShapes, .is_valid = IsPolishPesel, .context_words = kContextWords, .prefix = ""});
}

}  // namespace vigie::content
