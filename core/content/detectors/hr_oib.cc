#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/eastern_numbers.h"

namespace vigie::content {
namespace {

// One check digit: a label must stand near.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "###########", .proof = Proof::kWeak, .needs_context = true},
});

constexpr std::array kContextWords = std::to_array<std::string_view>(
    {"oib", "osobni identifikacijski broj", "osobni broj", "personal identification number"});

}  // namespace

std::unique_ptr<const Detector> MakeHrOibDetector() {
  return MakeNumberDetector(
      {.name = "hr_oib", .shapes = kShapes, .is_valid = IsCroatianOib, .context_words = kContextWords, .prefix = ""});
}

}  // namespace vigie::content
