#pragma once

#include <mutex>
#include <vector>

#include "platform/removable_media.h"
#include "platform/replay/recorded_activity.h"

namespace vigie::platform {

// The media that played lines attach and detach. Thread-safe.
class ReplayMedia final : public RemovableMedia {
 public:
  base::Result<void> Start(Handler handler) override;
  void Stop() override;
  std::vector<Medium> Current() const override;

  // Calls the handler, if there is one, on the caller's thread. A medium that is there, or not, already changes
  // nothing.
  void Play(const RecordedActivity& activity);

 private:
  std::mutex calls_;          // one call of the handler at a time; guards handler_ and started_
  mutable std::mutex mutex_;  // guards media_; free during calls, which may ask Current
  std::vector<Medium> media_;
  Handler handler_;
  bool started_ = false;
};

}  // namespace vigie::platform
