#include <cstdlib>
#include <string_view>

#include "platform/replay/recorded_activity.h"
#include "tests/fuzz/fuzz_target.h"

// Whatever is accepted can be written, and reads the same again.
VIGIE_FUZZ(std::span<const std::byte> input) {
  using vigie::platform::FormatRecordedActivity;
  using vigie::platform::ParseRecordedActivity;
  const auto activity = ParseRecordedActivity({reinterpret_cast<const char*>(input.data()), input.size()});
  if (!activity) return;
  const auto line = FormatRecordedActivity(*activity);
  const auto again = ParseRecordedActivity(line);
  if (line.size() <= vigie::platform::kMaxRecordedLine && (!again || FormatRecordedActivity(*again) != line))
    std::abort();
}
