#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/asia_pacific_numbers.h"

namespace vigie::content {
namespace {

// A birth date and a check digit; the usual hyphen makes it sure enough.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "######-#######", .proof = Proof::kFair, .needs_context = false},
    {.written = "#############", .proof = Proof::kWeak, .needs_context = true},
});

constexpr std::array kContextWords =
    std::to_array<std::string_view>({"rrn", "resident registration", "주민등록번호", "주민번호", "resident number"});

}  // namespace

std::unique_ptr<const Detector> MakeKrRrnDetector() {
  return MakeNumberDetector(
      {.name = "kr_rrn", .shapes = kShapes, .is_valid = IsKoreanRrn, .context_words = kContextWords, .prefix = ""});
}

}  // namespace vigie::content
