#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/eastern_numbers.h"

namespace vigie::content {
namespace {

// A birth date, a county and one check digit: a label must stand near.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "#############", .proof = Proof::kWeak, .needs_context = true},
});

constexpr std::array kContextWords =
    std::to_array<std::string_view>({"cnp", "cod numeric personal", "c.n.p.", "personal code"});

}  // namespace

std::unique_ptr<const Detector> MakeRoCnpDetector() {
  return MakeNumberDetector(
      {.name = "ro_cnp", .shapes = kShapes, .is_valid = IsRomanianCnp, .context_words = kContextWords, .prefix = ""});
}

}  // namespace vigie::content
