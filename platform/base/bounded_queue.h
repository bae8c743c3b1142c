#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace vigie::base {

enum class OverflowPolicy { kReject, kDropOldest };

// A queue between threads that cannot grow without limit. Every item refused or dropped is counted. Thread-safe.
template <typename T>
class BoundedQueue {
 public:
  BoundedQueue(std::size_t capacity, OverflowPolicy policy) : capacity_(capacity), policy_(policy) {}

  // False if the item was refused (full under kReject, or closed); it is destroyed then. Never blocks.
  [[nodiscard]] bool Push(T item) {
    std::optional<T> dropped;  // destroyed after the lock is released
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || (items_.size() >= capacity_ && policy_ == OverflowPolicy::kReject)) {
        ++dropped_;
        return false;
      }
      if (items_.size() >= capacity_) {
        dropped = std::move(items_.front());
        items_.pop_front();
        ++dropped_;
      }
      items_.push_back(std::move(item));
    }
    available_.notify_one();
    return true;
  }

  // Waits for an item; nothing once `stop` is requested or the queue is closed and empty.
  std::optional<T> Pop(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    available_.wait(lock, stop, [this] { return closed_ || !items_.empty(); });
    return TakeFront();
  }

  // As Pop, and nothing after `time` has passed.
  std::optional<T> PopFor(std::stop_token stop, std::chrono::nanoseconds time) {
    std::unique_lock lock(mutex_);
    available_.wait_for(lock, stop, time, [this] { return closed_ || !items_.empty(); });
    return TakeFront();
  }

  // No more items are taken in; what is inside can still be popped.
  void Close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    available_.notify_all();
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return items_.size();
  }

  // Items refused or dropped since the start.
  std::uint64_t dropped() const {
    const std::lock_guard lock(mutex_);
    return dropped_;
  }

 private:
  std::optional<T> TakeFront() {
    if (items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    return item;
  }

  const std::size_t capacity_;
  const OverflowPolicy policy_;
  mutable std::mutex mutex_;
  std::condition_variable_any available_;
  std::deque<T> items_;
  std::uint64_t dropped_ = 0;
  bool closed_ = false;
};

}  // namespace vigie::base
