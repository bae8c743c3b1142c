#include "platform/replay/replay_media.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace vigie::platform {

base::Result<void> ReplayMedia::Start(Handler handler) {
  const std::lock_guard calls(calls_);
  if (started_) return base::Error{base::ErrorCode::kFailedPrecondition, "removable media: started already"};
  started_ = true;
  handler_ = std::move(handler);
  for (const Medium& medium : Current()) {
    if (handler_.attached) handler_.attached(medium);
  }
  return {};
}

void ReplayMedia::Stop() {
  const std::lock_guard calls(calls_);
  handler_ = {};
}

std::vector<Medium> ReplayMedia::Current() const {
  const std::lock_guard lock(mutex_);
  return media_;
}

void ReplayMedia::Play(const RecordedActivity& activity) {
  const bool attached = activity.kind == RecordedKind::kMediumAttached;
  const std::lock_guard calls(calls_);
  std::optional<Medium> changed;
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(media_.begin(), media_.end(), [&](const Medium& medium) {
      return medium.mount_point == activity.medium.mount_point;
    });
    if (attached && found == media_.end()) {
      changed = media_.emplace_back(activity.medium);
    } else if (!attached && found != media_.end()) {
      changed = *found;
      media_.erase(found);
    }
  }
  const auto& call = attached ? handler_.attached : handler_.detached;
  if (changed && call) call(*changed);
}

}  // namespace vigie::platform
