#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/benelux_nordic_numbers.h"

namespace vigie::content {
namespace {

// No check digit since 2007: a label must stand near.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "######-####", .proof = Proof::kWeak, .needs_context = true},
    {.written = "##########", .proof = Proof::kWeak, .needs_context = true},
});

constexpr std::array kContextWords =
    std::to_array<std::string_view>({"cpr", "cpr-nr", "cpr-nummer", "cprnr", "personnummer", "civil registration"});

}  // namespace

std::unique_ptr<const Detector> MakeDkCprDetector() {
  return MakeNumberDetector(
      {.name = "dk_cpr", .shapes = kShapes, .is_valid = IsDanishCpr, .context_words = kContextWords, .prefix = ""});
}

}  // namespace vigie::content
