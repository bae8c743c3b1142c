// SQLite databases, damaged in any way.
#include <string>

#include "tests/fuzz/content_text/fuzzed_inspection.h"
#include "tests/fuzz/fuzz_target.h"

VIGIE_FUZZ(std::span<const std::byte> input) {
  const std::string bytes(reinterpret_cast<const char*>(input.data()), input.size());
  vigie::content::InspectFuzzed(std::string("SQLite format 3\0", 16) + bytes);
}
