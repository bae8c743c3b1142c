#pragma once

#include <chrono>

namespace vigie::base {

using SystemTime = std::chrono::sys_time<std::chrono::nanoseconds>;  // UTC; may jump
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

// Where time comes from; injected, so that tests own it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual SystemTime Now() const = 0;
  virtual SteadyTime SteadyNow() const = 0;
};

class SystemClock final : public Clock {
 public:
  SystemTime Now() const override { return std::chrono::system_clock::now(); }
  SteadyTime SteadyNow() const override { return std::chrono::steady_clock::now(); }
};

// The moment by which something must have happened.
class Deadline {
 public:
  static Deadline After(std::chrono::nanoseconds time) { return Deadline(std::chrono::steady_clock::now() + time); }
  explicit Deadline(SteadyTime at) : at_(at) {}

  SteadyTime at() const { return at_; }
  bool expired() const { return std::chrono::steady_clock::now() >= at_; }
  // Zero once expired.
  std::chrono::nanoseconds remaining() const {
    const auto left = at_ - std::chrono::steady_clock::now();
    return left > left.zero() ? left : left.zero();
  }

 private:
  SteadyTime at_;
};

}  // namespace vigie::base
