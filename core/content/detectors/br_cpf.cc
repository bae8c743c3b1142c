#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/american_numbers.h"

namespace vigie::content {
namespace {

// Two checks by 11; the usual points and hyphen make it sure enough.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "###.###.###-##", .proof = Proof::kStrong, .needs_context = false},
    {.written = "#########-##", .proof = Proof::kFair, .needs_context = false},
    {.written = "###########", .proof = Proof::kWeak, .needs_context = true},
});

constexpr std::array kContextWords =
    std::to_array<std::string_view>({"cpf", "cadastro de pessoa*", "contribuinte", "c.p.f.", "taxpayer"});

}  // namespace

std::unique_ptr<const Detector> MakeBrCpfDetector() {
  return MakeNumberDetector(
      {.name = "br_cpf", .shapes = kShapes, .is_valid = IsBrazilianCpf, .context_words = kContextWords, .prefix = ""});
}

}  // namespace vigie::content
