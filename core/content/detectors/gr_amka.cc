#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/southern_numbers.h"

namespace vigie::content {
namespace {

// A birth date and Luhn's check: a label must stand near.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "###########", .proof = Proof::kWeak, .needs_context = true},
});

constexpr std::array kContextWords = std::to_array<std::string_view>(
    {"amka", "αμκα", "ΑΜΚΑ", "α.μ.κ.α", "μητρώου κοινωνικής ασφάλισης", "social security"});

}  // namespace

std::unique_ptr<const Detector> MakeGrAmkaDetector() {
  return MakeNumberDetector(
      {.name = "gr_amka", .shapes = kShapes, .is_valid = IsGreekAmka, .context_words = kContextWords, .prefix = ""});
}

}  // namespace vigie::content
