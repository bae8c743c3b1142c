// Content inspection as a whole: any bytes, all extractors, all detectors, a small budget. Whatever the bytes, the
// answer must be one that the pool would believe.
#include <string_view>

#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/inspection_answer.h"

VIGIE_FUZZ(std::span<const std::byte> input) {
  vigie::content::InspectAndCheck({reinterpret_cast<const char*>(input.data()), input.size()});
}
