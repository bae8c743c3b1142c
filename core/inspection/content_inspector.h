#pragma once

#include <chrono>
#include <cstdint>

#include "platform/base/clock.h"
#include "platform/base/file_descriptor.h"
#include "vigie/v1/finding.pb.h"

namespace vigie::inspection {

// Says what is in a file. Never fails: what could not be inspected is said in `evaluated` and `reasons`. Thread-safe.
class ContentInspector {
 public:
  virtual ~ContentInspector() = default;
  // Reads the whole file through the descriptor (its offset does not matter and may change). Answers by `deadline`,
  // then with evaluated none and timed_out.
  virtual v1::Inspection Inspect(const base::FileDescriptor& content, base::Deadline deadline) = 0;
};

}  // namespace vigie::inspection
