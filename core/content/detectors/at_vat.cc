#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/german_alpine_numbers.h"

namespace vigie::content {
namespace {

// ATU before it and a check digit.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "AAA########", .proof = Proof::kStrong, .needs_context = false},
    {.written = "AAA ########", .proof = Proof::kStrong, .needs_context = false},
    {.written = "AAA ### ### ##", .proof = Proof::kStrong, .needs_context = false},
});

constexpr std::array kContextWords =
    std::to_array<std::string_view>({"uid", "ust-id", "ustid", "umsatzsteuer", "uid-nummer", "vat"});

}  // namespace

std::unique_ptr<const Detector> MakeAtVatDetector() {
  return MakeNumberDetector(
      {.name = "at_vat", .shapes = kShapes, .is_valid = IsAustrianVat, .context_words = kContextWords, .prefix = "AT"});
}

}  // namespace vigie::content
