#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/american_numbers.h"

namespace vigie::content {
namespace {

// Two checks by 11; the usual marks make it sure enough.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "##.###.###/####-##", .proof = Proof::kStrong, .needs_context = false},
    {.written = "##############", .proof = Proof::kWeak, .needs_context = true},
    {.written = "########/####-##", .proof = Proof::kStrong, .needs_context = false},
});

constexpr std::array kContextWords =
    std::to_array<std::string_view>({"cnpj", "cadastro nacional", "pessoa jurídica", "empresa", "c.n.p.j."});

}  // namespace

std::unique_ptr<const Detector> MakeBrCnpjDetector() {
  return MakeNumberDetector({.name = "br_cnpj",
                             .shapes = kShapes,
                             .is_valid = IsBrazilianCnpj,
                             .context_words = kContextWords,
                             .prefix = ""});
}

}  // namespace vigie::content
