#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

#include "platform/base/clock.h"
#include "platform/base/guarded.h"
#include "platform/base/result.h"

namespace vigie::server::api {

// Slows down whoever guesses tokens: after kFailures within a minute an address is not listened to for the rest of that
// minute. Remembers at most kPeers addresses, then forgets the oldest. Thread-safe.
class FailureLimiter {
 public:
  static constexpr int kFailures = 10;
  static constexpr std::chrono::minutes kPeriod{1};
  static constexpr std::size_t kPeers = 1024;

  explicit FailureLimiter(const base::Clock& clock) : clock_(clock) {}

  // kResourceExhausted if `peer` failed too often lately. `peer` is "address:port"; what counts is NetworkOf it.
  base::Result<void> Check(const std::string& peer);
  void Failed(const std::string& peer);
  // For an attempt that has just failed with `reason`: counts it and gives `reason`, or the error of Check. Whoever has
  // a good token is never asked: others behind the same address cannot lock him out.
  base::Error Refuse(const std::string& peer, const base::Error& reason);

 private:
  struct Failures {
    base::SteadyTime since;
    int count = 0;
  };

  const base::Clock& clock_;
  base::Guarded<std::map<std::string, Failures>> peers_;
};

}  // namespace vigie::server::api
