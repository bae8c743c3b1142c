#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/asia_pacific_numbers.h"

namespace vigie::content {
namespace {

// One check digit: a label must stand near.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "############", .proof = Proof::kWeak, .needs_context = true},
    {.written = "####~####~####", .proof = Proof::kWeak, .needs_context = true},
});

constexpr std::array kContextWords = std::to_array<std::string_view>({"aadhaar", "aadhar", "adhaar", "uidai", "आधार"});

}  // namespace

std::unique_ptr<const Detector> MakeInAadhaarDetector() {
  return MakeNumberDetector(
      {.name = "in_aadhaar", .shapes = kShapes, .is_valid = IsAadhaar, .context_words = kContextWords, .prefix = ""});
}

}  // namespace vigie::content
