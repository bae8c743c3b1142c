#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/german_alpine_numbers.h"

namespace vigie::content {
namespace {

// A check digit in the machine-readable form only: a label must stand near.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "*********", .proof = Proof::kWeak, .needs_context = true},
    {.written = "**********", .proof = Proof::kFair, .needs_context = true},
});

constexpr std::array kContextWords =
    std::to_array<std::string_view>({"personalausweis", "ausweis", "ausweisnummer", "ausweisnr", "reisepass", "id card",
                                     "identity card", "document number", "passnummer"});

}  // namespace

std::unique_ptr<const Detector> MakeDeIdCardDetector() {
  return MakeNumberDetector({.name = "de_id_card",
                             .shapes = kShapes,
                             .is_valid = IsGermanIdCard,
                             .context_words = kContextWords,
                             .prefix = ""});
}

}  // namespace vigie::content
