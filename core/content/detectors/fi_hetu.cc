#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/benelux_nordic_numbers.h"

namespace vigie::content {
namespace {

// A birth date, a century sign and a check character.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "######A####", .proof = Proof::kFair, .needs_context = false},
    {.written = "######A###A", .proof = Proof::kFair, .needs_context = false},
    {.written = "######-****", .proof = Proof::kFair, .needs_context = false},
});

constexpr std::array kContextWords = std::to_array<std::string_view>(
    {"henkilötunnus", "hetu", "henkilotunnus", "sotu", "personbeteckning", "personal identity"});

}  // namespace

std::unique_ptr<const Detector> MakeFiHetuDetector() {
  return MakeNumberDetector(
      {.name = "fi_hetu", .shapes = kShapes, .is_valid = IsFinnishHetu, .context_words = kContextWords, .prefix = ""});
}

}  // namespace vigie::content
