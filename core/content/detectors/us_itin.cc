#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/american_numbers.h"

namespace vigie::content {
namespace {

// No check digit: a label must stand near.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "#########", .proof = Proof::kWeak, .needs_context = true},
    {.written = "###-##-####", .proof = Proof::kFair, .needs_context = true},
    {.written = "### ## ####", .proof = Proof::kFair, .needs_context = true},
});

constexpr std::array kContextWords = std::to_array<std::string_view>(
    {"itin", "individual taxpayer", "taxpayer identification", "taxpayer id", "tax id", "tin"});

}  // namespace

std::unique_ptr<const Detector> MakeUsItinDetector() {
  return MakeNumberDetector({.name = "us_itin",
                             .shapes = kShapes,
                             .is_valid = IsTaxpayerIdentification,
                             .context_words = kContextWords,
                             .prefix = ""});
}

}  // namespace vigie::content
