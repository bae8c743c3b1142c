#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/content/distinct_counter.h"
#include "core/content/extract/type_detector.h"
#include "core/content/pattern_scanner.h"
#include "platform/base/memory_gauge.h"
#include "platform/base/result.h"
#include "vigie/v1/policy.pb.h"

namespace vigie::content {

// What inspections need and what is costly or impossible to get later: the type database, the compiled patterns,
// randomness. Made before the process is confined; afterwards it opens nothing and asks the kernel for nothing but
// memory. Not thread-safe: one per thread.
class ContentEngine {
 public:
  using UserDetectors = google::protobuf::RepeatedPtrField<v1::UserDetector>;

  // All detectors of the product and the policy's own ones, if any. Takes some tens of milliseconds.
  static base::Result<std::unique_ptr<ContentEngine>> Create(const UserDetectors& user_detectors = {});

  const TypeDetector& types() const { return *types_; }
  PatternScanner& scanner() { return *scanner_; }
  const base::MemoryGauge& memory() const { return *memory_; }
  // A key that no inspection had before and none can foresee.
  HashKey NextKey();

 private:
  ContentEngine() = default;
  std::unique_ptr<TypeDetector> types_;
  std::vector<std::unique_ptr<const Detector>> user_detectors_;
  std::vector<const Detector*> detectors_;  // of the table, then these
  std::unique_ptr<PatternScanner> scanner_;
  std::unique_ptr<base::MemoryGauge> memory_;
  HashKey secret_{};
  std::uint64_t keys_made_ = 0;
};

}  // namespace vigie::content
