#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "server/detection.h"
#include "vigie/v1/event_service.pb.h"

namespace vigie::server::api {

// What waits for one watcher of events. Bounded: the oldest give way to newer ones, and are counted. Thread-safe.
class EventWatch {
 public:
  using Event = std::shared_ptr<const v1::Event>;
  static constexpr std::size_t kMostBytes = std::size_t{4} << 20;

  // At most `capacity` events wait.
  EventWatch(v1::EventFilter filter, std::size_t capacity) : filter_(std::move(filter)), capacity_(capacity) {}

  // Those that the filter wants.
  void Offer(const std::vector<Event>& events);
  void Close();

  struct Told {
    Event event;                // none = nothing came within the patience
    std::uint64_t skipped = 0;  // that gave way since the last Told
  };
  // kCancelled once closed.
  base::Result<Told> Next(std::chrono::nanoseconds patience);

 private:
  struct Waiting {
    Event event;
    std::size_t bytes = 0;
  };
  void Put(Event event);

  const v1::EventFilter filter_;
  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;
  std::size_t bytes_ = 0;
  std::uint64_t skipped_ = 0;
  bool closed_ = false;
};

// How fast one watcher is told: so many in a second, all of them at once if he was told nothing in the last. One
// thread.
class WatchPace {
 public:
  explicit WatchPace(std::uint32_t per_second) : per_second_(per_second), left_(per_second) {}

  // How long to wait before the next may be told; zero = now.
  std::chrono::nanoseconds Delay(std::chrono::steady_clock::time_point now);
  // One was told.
  void Spend() { left_ -= 1; }

 private:
  const double per_second_;
  double left_;
  std::optional<std::chrono::steady_clock::time_point> looked_;
};

// Who watches events. Thread-safe.
class EventHub final : public DetectionListener {
 public:
  static constexpr std::size_t kMaxWatches = 50;  // each holds a thread

  // kResourceExhausted at kMaxWatches, kUnavailable once closed.
  base::Result<std::shared_ptr<EventWatch>> Add(v1::EventFilter filter, std::size_t capacity);
  void Remove(const std::shared_ptr<EventWatch>& watch);
  bool WantsEvents() const override { return wanted_.load(); }
  void OnEvents(const std::vector<EventWatch::Event>& events) override;
  // Ends all watches, and those to come.
  void Close();

 private:
  std::mutex mutex_;
  std::set<std::shared_ptr<EventWatch>> watches_;
  std::atomic<bool> wanted_ = false;
  bool closed_ = false;
};

}  // namespace vigie::server::api
