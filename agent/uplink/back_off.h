#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

namespace vigie::agent::uplink {

// How long to wait before the next attempt: anything up to a bound that doubles from 1 s to 30 s ("full jitter",
// https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/), so that a fleet that was cut off
// at one moment comes back over the whole of it. `random` gives [0, 1). Not thread-safe.
class BackOff {
 public:
  explicit BackOff(std::function<double()> random) : random_(std::move(random)) {}

  std::chrono::nanoseconds Next() {
    const auto bound = std::exchange(bound_, std::min(bound_ * 2, kLongest));
    const auto share = static_cast<double>((bound - kLeast).count()) * random_();
    return kLeast + std::chrono::nanoseconds(static_cast<std::int64_t>(share));
  }
  // After a success.
  void Reset() { bound_ = kFirst; }

 private:
  static constexpr std::chrono::nanoseconds kLeast = std::chrono::milliseconds(20);
  static constexpr std::chrono::nanoseconds kFirst = std::chrono::seconds(1);
  static constexpr std::chrono::nanoseconds kLongest = std::chrono::seconds(30);

  std::function<double()> random_;
  std::chrono::nanoseconds bound_ = kFirst;
};

}  // namespace vigie::agent::uplink
