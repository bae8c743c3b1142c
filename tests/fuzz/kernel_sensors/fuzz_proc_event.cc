// Messages of the proc connector: lengths inside them must not lead outside.
#include "platform/linux/proc_event_socket.h"
#include "tests/fuzz/fuzz_target.h"

VIGIE_FUZZ(std::span<const std::byte> input) {
  vigie::platform::ParseProcEvents(input);
}
