#pragma once

#include <algorithm>
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

  // How often the operating system refused a mark since all files were looked at last: the opens of these files are not
  // seen. 0 again after a round in which it refused none.
  std::uint64_t missing() const { return std::max<std::uint64_t>(refused_, before_); }
  // All files are looked at again, and were.
  void BeginRound() { before_ = refused_.exchange(0); }
  void EndRound() { before_ = 0; }

 private:
  platform::FileEvents& events_;
  std::atomic<std::uint64_t> refused_ = 0;
  std::atomic<std::uint64_t> before_ = 0;
};

}  // namespace vigie::agent::enforce
