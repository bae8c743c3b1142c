#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/asia_pacific_numbers.h"

namespace vigie::content {
namespace {

// A birth date and Luhn's check: a label must stand near.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "#############", .proof = Proof::kWeak, .needs_context = true},
    {.written = "###### #### ###", .proof = Proof::kFair, .needs_context = true},
    {.written = "###### #### ## #", .proof = Proof::kFair, .needs_context = false},
});

constexpr std::array kContextWords = std::to_array<std::string_view>(
    {"id number", "identity number", "sa id", "id no", "identiteitsnommer", "south african id"});

}  // namespace

std::unique_ptr<const Detector> MakeZaIdDetector() {
  return MakeNumberDetector(
      {.name = "za_id", .shapes = kShapes, .is_valid = IsSouthAfricanId, .context_words = kContextWords, .prefix = ""});
}

}  // namespace vigie::content
