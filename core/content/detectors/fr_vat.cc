#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/french_numbers.h"

namespace vigie::content {
namespace {

// The country stands before it, a key and the SIREN's check within.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "FR***********", .proof = Proof::kStrong, .needs_context = false},
    {.written = "FR ** #########", .proof = Proof::kStrong, .needs_context = false},
    {.written = "FR ** ### ### ###", .proof = Proof::kStrong, .needs_context = false},
    {.written = "FR** ### ### ###", .proof = Proof::kStrong, .needs_context = false},
    {.written = "FR** #########", .proof = Proof::kStrong, .needs_context = false},
});

constexpr std::array kContextWords =
    std::to_array<std::string_view>({"tva", "tva intracommunautaire", "tva intra", "vat", "n° tva", "vat number"});

}  // namespace

std::unique_ptr<const Detector> MakeFrVatDetector() {
  return MakeNumberDetector(
      {.name = "fr_vat", .shapes = kShapes, .is_valid = IsFrenchVat, .context_words = kContextWords, .prefix = "FR"});
}

}  // namespace vigie::content
