// SQLite databases, damaged in any way.
#include <string>

#include "tests/fuzz/inspection_answer.h"
#include "tests/fuzz/fuzz_target.h"

VIGIE_FUZZ(std::span<const std::byte> input) {
  const std::string bytes(reinterpret_cast<const char*>(input.data()), input.size());
  vigie::content::InspectAndCheck(std::string("SQLite format 3\0", 16) + bytes);
}
