#pragma once

#include <cstdint>

#include "platform/base/file_descriptor.h"
#include "platform/base/result.h"

namespace vigie::base {

// How much memory this process really occupies. Opened before a sandbox closes the file system, it works inside it.
class MemoryGauge {
 public:
  static Result<MemoryGauge> Open();

  // Resident bytes of this process now, without pages that belong to files: libraries, mapped indexes.
  Result<std::uint64_t> PrivateBytes() const;

 private:
  explicit MemoryGauge(FileDescriptor source) : source_(std::move(source)) {}
  FileDescriptor source_;
};

}  // namespace vigie::base
