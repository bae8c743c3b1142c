#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/benelux_nordic_numbers.h"

namespace vigie::content {
namespace {

// A birth date and Luhn's check; the usual hyphen makes it sure enough.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "######-####", .proof = Proof::kFair, .needs_context = false},
    {.written = "########-####", .proof = Proof::kStrong, .needs_context = false},
    {.written = "##########", .proof = Proof::kWeak, .needs_context = true},
    {.written = "############", .proof = Proof::kWeak, .needs_context = true},
});

constexpr std::array kContextWords = std::to_array<std::string_view>(
    {"personnummer", "personnr", "pnr", "samordningsnummer", "person-id", "personal identity"});

}  // namespace

std::unique_ptr<const Detector> MakeSePersonnummerDetector() {
  return MakeNumberDetector({.name = "se_personnummer",
                             .shapes = kShapes,
                             .is_valid = IsSwedishPersonalNumber,
                             .context_words = kContextWords,
                             .prefix = ""});
}

}  // namespace vigie::content
