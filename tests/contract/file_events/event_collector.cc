#include "tests/contract/file_events/event_collector.h"

#include <algorithm>
#include <utility>

namespace vigie::test {

using platform::FileEvent;
using platform::FileEventGap;
using platform::FileEventKind;
using platform::PendingAccess;

namespace {

constexpr std::chrono::seconds kPatience{20};

}  // namespace

void EventCollector::React(Reaction reaction) {
  const std::lock_guard lock(mutex_);
  reaction_ = reaction;
}

void EventCollector::OnAccess(PendingAccess access) {
  const std::lock_guard lock(mutex_);
  const std::string path = access.event().path;
  ++accesses_[path];
  ++all_accesses_;
  if (reaction_ == Reaction::kHold) {
    held_.push_back(std::move(access));
  } else if (reaction_ != Reaction::kDrop) {
    (void)(reaction_ == Reaction::kAllow ? access.Allow() : access.Deny());
    FileEvent event = std::move(access).TakeEvent();
    event.in_flight.reset();
    answered_.insert_or_assign(path, std::move(event));
  }
  changed_.notify_all();
}

void EventCollector::OnEvent(FileEvent event) {
  const std::lock_guard lock(mutex_);
  event.in_flight.reset();
  events_.push_back(std::move(event));
  ++all_events_;
  changed_.notify_all();
}

void EventCollector::OnGap(FileEventGap gap) {
  const std::lock_guard lock(mutex_);
  gaps_.push_back(std::move(gap));
  changed_.notify_all();
}

std::optional<FileEvent> EventCollector::TakeEvent(FileEventKind kind, const std::string& path) {
  std::unique_lock lock(mutex_);
  auto found = events_.end();
  const bool came = changed_.wait_for(lock, kPatience, [&] {
    found = std::find_if(events_.begin(), events_.end(),
                         [&](const FileEvent& event) { return event.kind == kind && event.path == path; });
    return found != events_.end();
  });
  if (!came) return std::nullopt;
  FileEvent event = std::move(*found);
  events_.erase(found);
  return event;
}

std::optional<PendingAccess> EventCollector::TakeAccess(const std::string& path) {
  std::unique_lock lock(mutex_);
  auto found = held_.end();
  const bool came = changed_.wait_for(lock, kPatience, [&] {
    found = std::find_if(held_.begin(), held_.end(),
                         [&](const PendingAccess& access) { return access.event().path == path; });
    return found != held_.end();
  });
  if (!came) return std::nullopt;
  PendingAccess access = std::move(*found);
  held_.erase(found);
  return access;
}

bool EventCollector::AwaitGap() {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return !gaps_.empty(); });
}

bool EventCollector::AwaitAccesses(int at_least) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return all_accesses_ >= at_least; });
}

bool EventCollector::Has(FileEventKind kind, const std::string& path) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(events_.begin(), events_.end(),
                     [&](const FileEvent& event) { return event.kind == kind && event.path == path; });
}

int EventCollector::accesses(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto found = accesses_.find(path);
  return found == accesses_.end() ? 0 : found->second;
}

int EventCollector::all_accesses() const {
  const std::lock_guard lock(mutex_);
  return all_accesses_;
}

int EventCollector::all_events() const {
  const std::lock_guard lock(mutex_);
  return all_events_;
}

std::optional<FileEvent> EventCollector::TakeAnswered(const std::string& path) {
  const std::lock_guard lock(mutex_);
  auto node = answered_.extract(path);
  if (node.empty()) return std::nullopt;
  return std::move(node.mapped());
}

std::vector<FileEventGap> EventCollector::gaps() const {
  const std::lock_guard lock(mutex_);
  return gaps_;
}

}  // namespace vigie::test
