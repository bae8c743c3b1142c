#pragma once

#include <atomic>
#include <cstdint>

#include "platform/base/file_descriptor.h"
#include "platform/file_events.h"

namespace vigie::agent::enforce {

// Keeps the operating system's marks as the verdicts say: opens of watched files ask, opens of the others cost nothing.
// Thread-safe.
class Marks {
 public:
  explicit Marks(platform::FileEvents& events) : events_(events) {}

  // `file` may be empty (the file is gone): nothing to do then.
  void Set(const base::FileDescriptor& file, bool watched);

  // Files whose mark the operating system refused: their opens are not seen.
  std::uint64_t failures() const { return failures_; }

 private:
  platform::FileEvents& events_;
  std::atomic<std::uint64_t> failures_ = 0;
};

}  // namespace vigie::agent::enforce
