// A process chooses its name and its arguments: every parser of a text in /proc gets any bytes.
#include <string_view>

#include "platform/linux/os_release.h"
#include "platform/linux/proc_text.h"
#include "tests/fuzz/fuzz_target.h"

VIGIE_FUZZ(std::span<const std::byte> input) {
  using namespace vigie::platform;
  constexpr std::size_t kLimit = 4096;
  const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
  ParseProcessStat(text);
  ParseRealUid(text);
  ParseNumberFile(text);
  ParseDescriptorFlags(text);
  PrettyName(text);
  WithoutDeletedNote(text);
  if (JoinArguments(text, kLimit).size() > kLimit) __builtin_trap();
  if (const auto call = ParseSystemCall(text)) OpenModeOf(*call);
}
