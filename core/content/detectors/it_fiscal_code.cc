#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/southern_numbers.h"

namespace vigie::content {
namespace {

// Sixteen characters whose every place is bound.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "****************", .proof = Proof::kStrong, .needs_context = false},
    {.written = "AAA AAA ***** *****", .proof = Proof::kStrong, .needs_context = false},
});

constexpr std::array kContextWords = std::to_array<std::string_view>(
    {"codice fiscale", "cod. fisc", "c.f.", "cf", "fiscal code", "tax code", "fiscale"});

}  // namespace

std::unique_ptr<const Detector> MakeItFiscalCodeDetector() {
  return MakeNumberDetector({.name = "it_fiscal_code",
                             .shapes = kShapes,
                             .is_valid = IsItalianFiscalCode,
                             .context_words = kContextWords,
                             .prefix = ""});
}

}  // namespace vigie::content
