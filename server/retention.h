#pragma once

#include "platform/base/result.h"
#include "vigie/v1/store_service.pb.h"

namespace vigie::server {

// Removes what is older than the configuration says. Thread-safe.
class Retention {
 public:
  virtual ~Retention() = default;

  // Returns when all is removed, or counted. kFailedPrecondition if nothing is configured, kResourceExhausted while
  // another run goes on, kCancelled when the collector stops meanwhile.
  virtual base::Result<v1::RunRetentionResponse> Run(bool dry_run) = 0;
  // What is configured, and how the latest run ended that was no dry run.
  virtual v1::RetentionStatus Status() const = 0;
};

}  // namespace vigie::server
