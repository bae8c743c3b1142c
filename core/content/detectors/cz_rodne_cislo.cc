#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/eastern_numbers.h"

namespace vigie::content {
namespace {

// A birth date divisible by 11; the usual slash makes it sure enough.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "######/####", .proof = Proof::kFair, .needs_context = false},
    {.written = "######/###", .proof = Proof::kWeak, .needs_context = true},
    {.written = "##########", .proof = Proof::kWeak, .needs_context = true},
});

constexpr std::array kContextWords = std::to_array<std::string_view>(
    {"rodné číslo", "rodne cislo", "rodné č", "r.č.", "rč", "birth number", "rodného čísla"});

}  // namespace

std::unique_ptr<const Detector> MakeCzRodneCisloDetector() {
  return MakeNumberDetector({.name = "cz_rodne_cislo",
                             .shapes = kShapes,
                             .is_valid = IsCzechBirthNumber,
                             .context_words = kContextWords,
                             .prefix = ""});
}

}  // namespace vigie::content
