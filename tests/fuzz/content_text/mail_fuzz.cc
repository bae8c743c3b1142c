// Mail and mailboxes, with whatever is in them.
#include <string>

#include "tests/fuzz/inspection_answer.h"
#include "tests/fuzz/fuzz_target.h"

VIGIE_FUZZ(std::span<const std::byte> input) {
  const std::string bytes(reinterpret_cast<const char*>(input.data()), input.size());
  vigie::content::InspectAndCheck("From: a@example.com\nTo: b@example.com\n" + bytes);
  vigie::content::InspectAndCheck("From a Thu\nFrom: a@example.com\nTo: b@example.com\n" + bytes);
}
