// The records of the kernel hold what processes choose: arguments, paths, names of servers.
#include "platform/linux/bpf/record_parser.h"
#include "tests/fuzz/fuzz_target.h"

VIGIE_FUZZ(std::span<const std::byte> input) {
  using namespace vigie::platform;
  const auto event = ParseRecord(input, {});
  if (!event) return;
  const auto* const executed = std::get_if<ProcessExecuted>(&*event);
  std::size_t bytes = 0;
  if (executed != nullptr) {
    bytes = executed->exe.size();
    for (const auto& argument : executed->arguments) bytes += argument.size();
  }
  if (const auto* const refused = std::get_if<RefusedWrite>(&*event)) bytes = refused->path.size();
  if (bytes > input.size()) __builtin_trap();  // nothing is there that was not in the record
}
