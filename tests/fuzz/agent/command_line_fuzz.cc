#include <cstddef>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "agent/sensor/command_line.h"
#include "agent/sensor/printable_text.h"
#include "tests/fuzz/fuzz_target.h"

// Command lines and file names are whatever a user types: no crash, valid UTF-8 within the limit, no secret user in a
// destination.
VIGIE_FUZZ(std::span<const std::byte> input) {
  using namespace vigie::agent::sensor;
  const std::string_view bytes(reinterpret_cast<const char*>(input.data()), input.size());
  const std::string text = ToPrintable(bytes);
  if (text.size() > 4096 || ToPrintable(text) != text) std::abort();
  const std::string redacted = RedactCommandLine(text);
  (void)redacted;
  for (const char* program : {"curl", "scp", "ssh", "nc", "socat", "rclone", "other"}) {
    const auto destination = ParseDestination(program, text);
    if (destination && (destination->port() > 65535 || destination->address().empty())) std::abort();
  }
}
