#include "server/api/event_watch.h"

#include <algorithm>
#include <utility>

#include "server/api/event_filter.h"

namespace vigie::server::api {

using base::Error;
using base::ErrorCode;
using base::Result;

void EventWatch::Offer(const std::vector<Event>& events) {
  bool came = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    for (const Event& event : events) {
      if (!Matches(filter_, *event)) continue;
      Put(event);
      came = true;
    }
  }
  if (came) changed_.notify_one();
}

void EventWatch::Put(Event event) {
  const std::size_t bytes = event->ByteSizeLong();
  waiting_.push_back({std::move(event), bytes});
  bytes_ += bytes;
  while (waiting_.size() > 1 && (waiting_.size() > capacity_ || bytes_ > kMostBytes)) {
    bytes_ -= waiting_.front().bytes;
    waiting_.pop_front();
    ++skipped_;
  }
}

void EventWatch::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_one();
}

Result<EventWatch::Told> EventWatch::Next(std::chrono::nanoseconds patience) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, patience, [this] { return closed_ || !waiting_.empty(); });
  if (closed_) return Error{ErrorCode::kCancelled, "the collector is stopping"};
  if (waiting_.empty()) return Told{nullptr, 0};
  Told told{std::move(waiting_.front().event), std::exchange(skipped_, 0)};
  bytes_ -= waiting_.front().bytes;
  waiting_.pop_front();
  return told;
}

std::chrono::nanoseconds WatchPace::Delay(std::chrono::steady_clock::time_point now) {
  const std::chrono::duration<double> passed = now - looked_.value_or(now);
  looked_ = now;
  left_ = std::min(per_second_, left_ + passed.count() * per_second_);
  if (left_ >= 1) return {};
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>((1 - left_) / per_second_));
}

Result<std::shared_ptr<EventWatch>> EventHub::Add(v1::EventFilter filter, std::size_t capacity) {
  const std::lock_guard lock(mutex_);
  if (closed_) return Error{ErrorCode::kUnavailable, "the collector is stopping"};
  if (watches_.size() >= kMaxWatches) return Error{ErrorCode::kResourceExhausted, "too many watchers: close one first"};
  wanted_ = true;
  return *watches_.insert(std::make_shared<EventWatch>(std::move(filter), capacity)).first;
}

void EventHub::Remove(const std::shared_ptr<EventWatch>& watch) {
  const std::lock_guard lock(mutex_);
  watches_.erase(watch);
  wanted_ = !watches_.empty();
}

void EventHub::OnEvents(const std::vector<EventWatch::Event>& events) {
  const std::lock_guard lock(mutex_);
  for (const auto& watch : watches_) watch->Offer(events);
}

void EventHub::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (const auto& watch : watches_) watch->Close();
}

}  // namespace vigie::server::api
