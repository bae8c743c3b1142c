#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

namespace vigie::agent::uplink {

// How long to wait before the next attempt: doubles from 100 ms to 30 s, each time a random half to whole of it, so
// that a fleet does not come back in step. `random` gives [0, 1). Not thread-safe.
class BackOff {
 public:
  explicit BackOff(std::function<double()> random) : random_(std::move(random)) {}

  std::chrono::nanoseconds Next() {
    const auto whole = std::exchange(next_, std::min(next_ * 2, kLongest));
    return std::chrono::nanoseconds(
        static_cast<std::int64_t>(static_cast<double>(whole.count()) * (0.5 + random_() / 2)));
  }
  // After a success.
  void Reset() { next_ = kShortest; }

 private:
  static constexpr std::chrono::nanoseconds kShortest = std::chrono::milliseconds(100);
  static constexpr std::chrono::nanoseconds kLongest = std::chrono::seconds(30);

  std::function<double()> random_;
  std::chrono::nanoseconds next_ = kShortest;
};

}  // namespace vigie::agent::uplink
