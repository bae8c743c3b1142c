#pragma once

#include <mutex>
#include <utility>

namespace vigie::base {

// Data that can be reached only while its lock is held:
//   Guarded<std::map<…>> table;   auto locked = table.Lock();   locked->insert(…);
// Keep the lock short-lived, never across I/O, and named in a loop: `for (… : *table.Lock())` would run without it.
template <typename T>
class Guarded {
 public:
  class Locked {
   public:
    Locked(T& data, std::mutex& mutex) : lock_(mutex), data_(&data) {}
    T* operator->() { return data_; }
    T& operator*() { return *data_; }
    // For condition variables.
    std::unique_lock<std::mutex>& lock() { return lock_; }

   private:
    std::unique_lock<std::mutex> lock_;
    T* data_;
  };

  Guarded() = default;
  explicit Guarded(T data) : data_(std::move(data)) {}
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  [[nodiscard]] Locked Lock() { return Locked(data_, mutex_); }
  [[nodiscard]] Locked Lock() const { return Locked(data_, mutex_); }

 private:
  mutable std::mutex mutex_;
  mutable T data_{};
};

}  // namespace vigie::base
