#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.h"
#include "platform/file_system.h"
#include "platform/replay/recorded_activity.h"

namespace vigie::platform {

inline constexpr std::uint64_t kMaxRecordingBytes = std::uint64_t{64} << 20;

// A recording in memory, every line of which is known to be good.
class Recording {
 public:
  struct Line {
    std::uint64_t number = 0;  // in the file, from 1
    std::string_view text;
  };

  // Errors name the file, and the line if one is malformed.
  static base::Result<Recording> Load(FileSystem& files, const std::string& path);

  Recording(Recording&&) = default;
  Recording& operator=(Recording&&) = default;

  // Without the empty ones, in order.
  const std::vector<Line>& lines() const { return lines_; }
  // What one of lines() says, its paths absolute.
  RecordedActivity Read(const Line& line) const;

 private:
  Recording(std::string folder, std::string content);

  base::Result<void> Check(const std::string& path);

  std::string folder_;
  std::vector<char> content_;  // unlike a string's, its bytes stay where they are when it is moved
  std::vector<Line> lines_;
};

}  // namespace vigie::platform
