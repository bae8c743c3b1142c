#include "agent/lineage/recent_writes.h"

#include "agent/lineage/without_content.h"

namespace vigie::agent::lineage {
void RecentWrites::Note(const platform::FileEvent& event) {
  const Key key(event.file.device, event.file.inode);
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = by_file_.find(key); known != by_file_.end()) {
      latest_first_.erase(known->second);
      by_file_.erase(known);
    }
    latest_first_.push_front({key, WithoutContent(event)});
    by_file_[key] = latest_first_.begin();
    if (latest_first_.size() > capacity_) {
      by_file_.erase(latest_first_.back().key);
      latest_first_.pop_back();
    }
  }
  noted_.notify_all();
}

std::optional<platform::FileEvent> RecentWrites::WriteOf(const platform::FileIdentity& file,
                                                         base::Deadline deadline) const {
  std::unique_lock lock(mutex_);
  std::optional<platform::FileEvent> write;
  noted_.wait_until(lock, deadline.at(), [&] { return (write = Find(file)).has_value(); });
  return write;
}

std::optional<platform::FileEvent> RecentWrites::Find(const platform::FileIdentity& file) const {
  const auto found = by_file_.find({file.device, file.inode});
  if (found == by_file_.end() || found->second->event.file.bytes != file.bytes) return std::nullopt;
  return WithoutContent(found->second->event);
}

}  // namespace vigie::agent::lineage
