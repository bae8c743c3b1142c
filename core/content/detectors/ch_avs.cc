#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/german_alpine_numbers.h"

namespace vigie::content {
namespace {

// Begins with Switzerland's 756, ends in a check digit.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "###.####.####.##", .proof = Proof::kStrong, .needs_context = false},
    {.written = "#############", .proof = Proof::kFair, .needs_context = false},
    {.written = "### #### #### ##", .proof = Proof::kStrong, .needs_context = false},
});

constexpr std::array kContextWords = std::to_array<std::string_view>(
    {"ahv", "avs", "ahv-nr", "ahv-nummer", "numéro avs", "sozialversicherungsnummer", "navs", "oasi"});

}  // namespace

std::unique_ptr<const Detector> MakeChAvsDetector() {
  return MakeNumberDetector(
      {.name = "ch_avs", .shapes = kShapes, .is_valid = IsSwissAvs, .context_words = kContextWords, .prefix = ""});
}

}  // namespace vigie::content
