#include <cstddef>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "agent/sensor/channel_table.h"
#include "agent/sensor/command_line.h"
#include "agent/sensor/destination.h"
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
  const Invocation call = ParseInvocation("/usr/bin/python3", text);
  const ChannelTable channels = ChannelTable::BuiltIn();
  (void)channels.Find(call.program, call.arguments, text);
  for (int form = 0; form <= static_cast<int>(DestinationForm::kNone); ++form) {
    const auto destination = ParseDestination(static_cast<DestinationForm>(form), call.arguments);
    if (destination && (destination->port() > 65535 || destination->kind().empty())) std::abort();
  }
}
