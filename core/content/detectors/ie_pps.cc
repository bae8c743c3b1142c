#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/british_irish_numbers.h"

namespace vigie::content {
namespace {

// The letter is a check by 23.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "#######A", .proof = Proof::kFair, .needs_context = false},
    {.written = "#######AA", .proof = Proof::kFair, .needs_context = false},
    {.written = "####### A", .proof = Proof::kFair, .needs_context = true},
    {.written = "####### AA", .proof = Proof::kFair, .needs_context = true},
});

constexpr std::array kContextWords =
    std::to_array<std::string_view>({"pps", "ppsn", "pps number", "pps no", "personal public service", "rsi"});

}  // namespace

std::unique_ptr<const Detector> MakeIePpsDetector() {
  return MakeNumberDetector(
      {.name = "ie_pps", .shapes = kShapes, .is_valid = IsIrishPps, .context_words = kContextWords, .prefix = ""});
}

}  // namespace vigie::content
