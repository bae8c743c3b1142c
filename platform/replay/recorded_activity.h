#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "platform/process_info.h"
#include "platform/removable_media.h"

namespace vigie::platform {

enum class RecordedKind { kOpening, kCreated, kClosedAfterWrite, kRenamed, kMediumAttached, kMediumDetached };

// One line of a recording (README.md has the format). It says what happened, by whom, and where; never what a file
// held.
struct RecordedActivity {
  RecordedKind kind = RecordedKind::kOpening;
  std::string path;                    // of file activities; relative ones count from the recording's folder
  std::string previous_path;           // kRenamed
  OpenMode mode = OpenMode::kUnknown;  // kOpening
  bool on_medium = false;
  std::optional<base::SystemTime> at;       // absent: when it is played
  ProcessDescription process;               // pid 0: not known
  std::vector<std::string> writable_files;  // that the process holds open for writing
  Medium medium;                            // kMedium…
};

inline constexpr std::size_t kMaxRecordedLine = std::size_t{64} << 10;
inline constexpr std::size_t kMaxRecordedList = 64;  // parents, writable files

// kInvalidArgument with the key and the reason: syntax, an unknown, missing or repeated key, a wrong type.
base::Result<RecordedActivity> ParseRecordedActivity(std::string_view line);

// One line, without its end. Bytes that are not UTF-8 become U+FFFD.
std::string FormatRecordedActivity(const RecordedActivity& activity);

}  // namespace vigie::platform
