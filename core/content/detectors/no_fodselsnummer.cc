#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/benelux_nordic_numbers.h"

namespace vigie::content {
namespace {

// A birth date and two check digits.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "###########", .proof = Proof::kFair, .needs_context = false},
    {.written = "###### #####", .proof = Proof::kStrong, .needs_context = false},
});

constexpr std::array kContextWords = std::to_array<std::string_view>(
    {"fødselsnummer", "fodselsnummer", "fødselsnr", "fnr", "personnummer", "d-nummer", "national identity"});

}  // namespace

std::unique_ptr<const Detector> MakeNoFodselsnummerDetector() {
  return MakeNumberDetector({.name = "no_fodselsnummer",
                             .shapes = kShapes,
                             .is_valid = IsNorwegianNumber,
                             .context_words = kContextWords,
                             .prefix = ""});
}

}  // namespace vigie::content
