#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/benelux_nordic_numbers.h"

namespace vigie::content {
namespace {

// One check by 11: a label must stand near.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "#########", .proof = Proof::kWeak, .needs_context = true},
    {.written = "########", .proof = Proof::kWeak, .needs_context = true},
    {.written = "####.##.###", .proof = Proof::kWeak, .needs_context = true},
    {.written = "### ### ###", .proof = Proof::kWeak, .needs_context = true},
});

constexpr std::array kContextWords = std::to_array<std::string_view>(
    {"bsn", "burgerservicenummer", "burger service nummer", "sofinummer", "sofi-nummer", "sofi", "citizen service"});

}  // namespace

std::unique_ptr<const Detector> MakeNlBsnDetector() {
  return MakeNumberDetector(
      {.name = "nl_bsn", .shapes = kShapes, .is_valid = IsDutchBsn, .context_words = kContextWords, .prefix = ""});
}

}  // namespace vigie::content
