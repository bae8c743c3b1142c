#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/southern_numbers.h"

namespace vigie::content {
namespace {

// One check digit: a label must stand near, or IT before it.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "AA###########", .proof = Proof::kStrong, .needs_context = false},
    {.written = "AA ###########", .proof = Proof::kFair, .needs_context = false},
    {.written = "###########", .proof = Proof::kWeak, .needs_context = true},
});

constexpr std::array kContextWords =
    std::to_array<std::string_view>({"partita iva", "p.iva", "p. iva", "p.i.", "iva", "vat", "vat number"});

}  // namespace

std::unique_ptr<const Detector> MakeItVatDetector() {
  return MakeNumberDetector(
      {.name = "it_vat", .shapes = kShapes, .is_valid = IsItalianVat, .context_words = kContextWords, .prefix = "IT"});
}

}  // namespace vigie::content
