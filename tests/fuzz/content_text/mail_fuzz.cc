// Mail and mailboxes, with whatever is in them.
#include <string>

#include "tests/fuzz/content_text/fuzzed_inspection.h"
#include "tests/fuzz/fuzz_target.h"

VIGIE_FUZZ(std::span<const std::byte> input) {
  const std::string bytes(reinterpret_cast<const char*>(input.data()), input.size());
  vigie::content::InspectFuzzed("From: a@example.com\nTo: b@example.com\n" + bytes);
  vigie::content::InspectFuzzed("From a Thu\nFrom: a@example.com\nTo: b@example.com\n" + bytes);
}
