#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "server/detection.h"

namespace vigie::server::api {

// What waits for one watcher: each incident once, as it is last. Bounded; a watcher that lets too many wait is dropped.
// Thread-safe.
class IncidentWatch {
 public:
  explicit IncidentWatch(std::size_t capacity) : capacity_(capacity) {}

  void Offer(const v1::Incident& incident);
  // As Offer, but never over something newer that waits already.
  void OfferOlder(const v1::Incident& incident);
  void Close();

  // The next one; nothing after `patience` without any. kResourceExhausted once too many waited, kCancelled once
  // closed.
  base::Result<std::optional<v1::Incident>> Next(std::chrono::nanoseconds patience);

 private:
  void Put(const v1::Incident& incident, bool replace);

  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, v1::Incident> waiting_;  // by id
  std::deque<std::string> order_;
  bool overflowed_ = false;
  bool closed_ = false;
};

// Who watches incidents. Thread-safe.
class WatchHub final : public DetectionListener {
 public:
  static constexpr std::size_t kDefaultCapacity = 10'000;
  static constexpr std::size_t kMaxWatches = 100;  // each holds a thread

  explicit WatchHub(std::size_t capacity = kDefaultCapacity) : capacity_(capacity) {}

  // kResourceExhausted at kMaxWatches, kUnavailable once closed.
  base::Result<std::shared_ptr<IncidentWatch>> Add();
  void Remove(const std::shared_ptr<IncidentWatch>& watch);
  void OnIncident(const v1::Incident& incident) override;
  // Ends all watches, and those to come.
  void Close();

 private:
  const std::size_t capacity_;
  std::mutex mutex_;
  std::set<std::shared_ptr<IncidentWatch>> watches_;
  bool closed_ = false;
};

}  // namespace vigie::server::api
