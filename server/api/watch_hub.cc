#include "server/api/watch_hub.h"

namespace vigie::server::api {

using base::Error;
using base::ErrorCode;
using base::Result;

void IncidentWatch::Offer(const v1::Incident& incident) {
  Put(incident, true);
}

void IncidentWatch::OfferOlder(const v1::Incident& incident) {
  Put(incident, false);
}

void IncidentWatch::Put(const v1::Incident& incident, bool replace) {
  {
    const std::lock_guard lock(mutex_);
    if (overflowed_ || closed_) return;
    const auto found = waiting_.find(incident.id());
    if (found != waiting_.end()) {
      if (replace) found->second = incident;
      return;
    }
    overflowed_ = waiting_.size() >= capacity_;
    if (overflowed_) {
      waiting_.clear();
      order_.clear();
    } else {
      waiting_.emplace(incident.id(), incident);
      order_.push_back(incident.id());
    }
  }
  changed_.notify_one();
}

void IncidentWatch::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_one();
}

Result<std::optional<v1::Incident>> IncidentWatch::Next(std::chrono::nanoseconds patience) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, patience, [this] { return overflowed_ || closed_ || !order_.empty(); });
  if (overflowed_) {
    return Error{ErrorCode::kResourceExhausted, "the watcher reads too slowly and was dropped: list and watch again"};
  }
  if (closed_) return Error{ErrorCode::kCancelled, "the collector is stopping"};
  if (order_.empty()) return std::optional<v1::Incident>();
  auto node = waiting_.extract(order_.front());
  order_.pop_front();
  return std::optional(std::move(node.mapped()));
}

Result<std::shared_ptr<IncidentWatch>> WatchHub::Add() {
  const std::lock_guard lock(mutex_);
  if (closed_) return Error{ErrorCode::kUnavailable, "the collector is stopping"};
  if (watches_.size() >= kMaxWatches) return Error{ErrorCode::kResourceExhausted, "too many watchers: close one first"};
  return *watches_.insert(std::make_shared<IncidentWatch>(capacity_)).first;
}

void WatchHub::Remove(const std::shared_ptr<IncidentWatch>& watch) {
  const std::lock_guard lock(mutex_);
  watches_.erase(watch);
}

void WatchHub::OnIncident(const v1::Incident& incident) {
  const std::lock_guard lock(mutex_);
  for (const auto& watch : watches_) watch->Offer(incident);
}

void WatchHub::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (const auto& watch : watches_) watch->Close();
}

}  // namespace vigie::server::api
