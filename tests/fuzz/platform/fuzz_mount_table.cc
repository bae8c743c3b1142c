#include <string_view>

#include "platform/linux/mount_table.h"
#include "tests/fuzz/fuzz_target.h"

VIGIE_FUZZ(std::span<const std::byte> input) {
  const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
  for (const auto& mount : vigie::platform::ParseMountTable(text)) {
    if (mount.mount_point.empty()) __builtin_trap();
  }
}
