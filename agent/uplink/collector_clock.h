#pragma once

#include <chrono>
#include <optional>

#include "platform/base/clock.h"
#include "vigie/v1/agent_service.pb.h"

namespace vigie::agent::uplink {

// What the collector's clock shows, measured once a connection by four timestamps (RFC 5905, section 8): Hello sent
// (host), received (collector), Welcome sent (collector), received (host). Kept against the host's monotonic clock, so
// that a step of the host's clock, during the measurement or later, changes the offset and not the collector's time. A
// value.
class CollectorClock {
 public:
  // `at` is what Hello says.
  void HelloSent(base::SystemTime at, base::SteadyTime now);
  // Nothing is measured if the collector does not say its times, or if they cannot be.
  void Welcomed(const v1::Welcome& welcome, base::SteadyTime now);

  // The collector's clock minus the host's at this moment.
  std::optional<std::chrono::nanoseconds> OffsetNow(const base::Clock& clock) const;
  // How long the measurement was under way: the offset is off by at most half of it.
  std::chrono::nanoseconds round_trip() const { return round_trip_; }

 private:
  base::SystemTime hello_at_{};
  base::SteadyTime hello_sent_{};
  std::optional<std::chrono::nanoseconds> at_steady_zero_;  // the collector's time, since 1970
  std::chrono::nanoseconds round_trip_{0};
};

}  // namespace vigie::agent::uplink
