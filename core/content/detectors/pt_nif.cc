#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/southern_numbers.h"

namespace vigie::content {
namespace {

// One check by 11: a label must stand near.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "#########", .proof = Proof::kWeak, .needs_context = true},
    {.written = "### ### ###", .proof = Proof::kWeak, .needs_context = true},
});

constexpr std::array kContextWords = std::to_array<std::string_view>(
    {"nif", "contribuinte", "nipc", "número fiscal", "numero fiscal", "identificação fiscal", "tax number"});

}  // namespace

std::unique_ptr<const Detector> MakePtNifDetector() {
  return MakeNumberDetector(
      {.name = "pt_nif", .shapes = kShapes, .is_valid = IsPortugueseNif, .context_words = kContextWords, .prefix = ""});
}

}  // namespace vigie::content
