#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/benelux_nordic_numbers.h"

namespace vigie::content {
namespace {

// A check by 97.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "AA##########", .proof = Proof::kStrong, .needs_context = false},
    {.written = "AA ##########", .proof = Proof::kStrong, .needs_context = false},
    {.written = "AA ####.###.###", .proof = Proof::kStrong, .needs_context = false},
    {.written = "AA####.###.###", .proof = Proof::kStrong, .needs_context = false},
    {.written = "##########", .proof = Proof::kWeak, .needs_context = true},
    {.written = "####.###.###", .proof = Proof::kFair, .needs_context = true},
});

constexpr std::array kContextWords = std::to_array<std::string_view>(
    {"btw", "tva", "ondernemingsnummer", "numéro d'entreprise", "kbo", "bce", "vat", "enterprise number"});

}  // namespace

std::unique_ptr<const Detector> MakeBeVatDetector() {
  return MakeNumberDetector(
      {.name = "be_vat", .shapes = kShapes, .is_valid = IsBelgianVat, .context_words = kContextWords, .prefix = "BE"});
}

}  // namespace vigie::content
