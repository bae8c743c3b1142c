#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/benelux_nordic_numbers.h"

namespace vigie::content {
namespace {

// A birth date and a check by 97.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "###########", .proof = Proof::kFair, .needs_context = false},
    {.written = "##.##.##-###.##", .proof = Proof::kStrong, .needs_context = false},
    {.written = "##.##.##-###-##", .proof = Proof::kStrong, .needs_context = false},
    {.written = "###### ### ##", .proof = Proof::kStrong, .needs_context = false},
    {.written = "######-###-##", .proof = Proof::kStrong, .needs_context = false},
});

constexpr std::array kContextWords =
    std::to_array<std::string_view>({"rijksregister", "rijksregisternummer", "insz", "niss", "registre national",
                                     "numéro national", "national number", "rrn", "bsnr"});

}  // namespace

std::unique_ptr<const Detector> MakeBeNationalDetector() {
  return MakeNumberDetector({.name = "be_national",
                             .shapes = kShapes,
                             .is_valid = IsBelgianNational,
                             .context_words = kContextWords,
                             .prefix = ""});
}

}  // namespace vigie::content
