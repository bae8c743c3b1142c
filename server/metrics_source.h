#pragma once

#include <string>

namespace vigie::server {

// The figures of this process. Thread-safe.
class MetricsSource {
 public:
  virtual ~MetricsSource() = default;
  virtual std::string Text() = 0;  // Prometheus' text format 0.0.4
};

}  // namespace vigie::server
