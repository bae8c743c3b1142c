#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/german_alpine_numbers.h"

namespace vigie::content {
namespace {

// A check digit and a rule about repeated digits.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "###########", .proof = Proof::kWeak, .needs_context = true},
    {.written = "## ### ### ###", .proof = Proof::kFair, .needs_context = false},
    {.written = "##/###/###/###", .proof = Proof::kFair, .needs_context = false},
});

constexpr std::array kContextWords =
    std::to_array<std::string_view>({"steuer-id", "steuer-idnr", "steueridentifikationsnummer", "identifikationsnummer",
                                     "idnr", "steuer id", "steuernummer", "tax id", "tax identification", "tin"});

}  // namespace

std::unique_ptr<const Detector> MakeDeTaxIdDetector() {
  return MakeNumberDetector({.name = "de_tax_id",
                             .shapes = kShapes,
                             .is_valid = IsGermanTaxId,
                             .context_words = kContextWords,
                             .prefix = ""});
}

}  // namespace vigie::content
