#include "platform/fake/fake_removable_media.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace vigie::platform {

base::Result<void> FakeRemovableMedia::Start(Handler handler) {
  const std::lock_guard calls(calls_);
  handler_ = std::move(handler);
  started_ = true;
  for (const Medium& medium : Current()) handler_.attached(medium);
  return {};
}

void FakeRemovableMedia::Stop() {
  const std::lock_guard calls(calls_);
  started_ = false;
}

std::vector<Medium> FakeRemovableMedia::Current() const {
  const std::lock_guard lock(mutex_);
  return media_;
}

void FakeRemovableMedia::Attach(const Medium& medium) {
  const std::lock_guard calls(calls_);
  {
    const std::lock_guard lock(mutex_);
    media_.push_back(medium);
  }
  if (started_) handler_.attached(medium);
}

void FakeRemovableMedia::Detach(const std::string& mount_point) {
  const std::lock_guard calls(calls_);
  std::optional<Medium> gone;
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(media_, mount_point, &Medium::mount_point);
    if (found == media_.end()) return;
    gone = std::move(*found);
    media_.erase(found);
  }
  if (started_) handler_.detached(*gone);
}

}  // namespace vigie::platform
