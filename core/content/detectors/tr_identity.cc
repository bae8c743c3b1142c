#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/eastern_numbers.h"

namespace vigie::content {
namespace {

// Two check digits: a label must stand near.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "###########", .proof = Proof::kWeak, .needs_context = true},
});

constexpr std::array kContextWords = std::to_array<std::string_view>(
    {"tc kimlik", "t.c. kimlik", "kimlik", "kimlik no", "tckn", "tc no", "turkish id", "identity number"});

}  // namespace

std::unique_ptr<const Detector> MakeTrIdentityDetector() {
  return MakeNumberDetector({.name = "tr_identity",
                             .shapes = kShapes,
                             .is_valid = IsTurkishIdentity,
                             .context_words = kContextWords,
                             .prefix = ""});
}

}  // namespace vigie::content
