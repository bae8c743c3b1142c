#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/international_numbers.h"

namespace vigie::content {
namespace {

// One check digit: a label must stand near.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "###############", .proof = Proof::kWeak, .needs_context = true},
    {.written = "##-######-######-#", .proof = Proof::kFair, .needs_context = false},
    {.written = "## ###### ###### #", .proof = Proof::kFair, .needs_context = false},
});

constexpr std::array kContextWords =
    std::to_array<std::string_view>({"imei", "device id", "handset", "mobile equipment"});

}  // namespace

std::unique_ptr<const Detector> MakeImeiDetector() {
  return MakeNumberDetector(
      {.name = "imei", .shapes = kShapes, .is_valid = IsImei, .context_words = kContextWords, .prefix = ""});
}

}  // namespace vigie::content
