#pragma once

#include <functional>
#include <string>
#include <vector>

#include "platform/base/result.h"

namespace vigie::platform {

struct Medium {
  std::string mount_point;
  std::string device;       // /dev/sdb1
  std::string file_system;  // vfat, exfat, ext4 …
  std::string name;         // vendor, model and serial where the bus tells them, else the device
  auto operator<=>(const Medium&) const = default;
};

// What counts as removable besides what the device database says (udev: bus usb/ieee1394/mmc/memstick, or the kernel's
// `removable` flag). Made for tests and for docks that lie.
struct RemovableOptions {
  std::vector<std::string> devices;       // /dev/loop3
  std::vector<std::string> mount_points;  // /mnt/stick
};

// Which removable media are mounted. Start once, Stop once.
class RemovableMedia {
 public:
  virtual ~RemovableMedia() = default;

  struct Handler {
    std::function<void(const Medium&)> attached;  // also for those mounted already at Start, before it returns
    std::function<void(const Medium&)> detached;
  };
  // Calls come from one thread of the seam (those for the first media from the caller's).
  virtual base::Result<void> Start(Handler handler) = 0;
  virtual void Stop() = 0;
  // Mounted now. Thread-safe.
  virtual std::vector<Medium> Current() const = 0;
};

}  // namespace vigie::platform
