#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "platform/removable_media.h"

namespace vigie::platform {

// Media that a test attaches and detaches; the handler is called on the test's thread, one call at a time. Thread-safe.
class FakeRemovableMedia final : public RemovableMedia {
 public:
  base::Result<void> Start(Handler handler) override;
  void Stop() override;
  std::vector<Medium> Current() const override;

  void Attach(const Medium& medium);
  // Nothing if no medium is mounted there.
  void Detach(const std::string& mount_point);

 private:
  std::mutex calls_;          // one call of the handler at a time; guards handler_ and started_
  mutable std::mutex mutex_;  // guards media_; free during calls, which may ask Current
  std::vector<Medium> media_;
  Handler handler_;
  bool started_ = false;
};

}  // namespace vigie::platform
