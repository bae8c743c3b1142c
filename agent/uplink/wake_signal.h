#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace vigie::agent::uplink {

// Wakes one waiting thread; a wake that comes while nobody waits is kept for the next wait. Thread-safe.
class WakeSignal {
 public:
  void Wake() {
    {
      const std::lock_guard lock(mutex_);
      woken_ = true;
    }
    waiting_.notify_one();
  }

  // Until a wake, `stop`, or the end of `time`.
  void WaitFor(const std::stop_token& stop, std::chrono::nanoseconds time) {
    std::unique_lock lock(mutex_);
    waiting_.wait_for(lock, stop, time, [this] { return woken_; });
    woken_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any waiting_;
  bool woken_ = false;
};

}  // namespace vigie::agent::uplink
