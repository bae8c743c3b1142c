#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "platform/base/result.h"

namespace vigie::platform {

enum class MediumKind {
  kRemovable,     // a stick, a card, a disk that can be unplugged
  kNetworkShare,  // a network file system, or one of a program (FUSE): who knows where its files go
  kCloudFolder,   // a folder whose content a cloud client uploads
};

// A place where what is written has left the workstation, or soon will have.
struct Medium {
  std::string mount_point;  // of a cloud folder the folder
  std::string device;       // /dev/sdb1; of a share its source: files.example.com:/export
  std::string file_system;  // vfat, exfat, ext4 …
  std::string name;         // vendor, model and serial where the bus tells them, else the device
  MediumKind kind = MediumKind::kRemovable;
  std::uint64_t device_number = 0;  // of the file system (st_dev); 0 = to be asked for
  auto operator<=>(const Medium&) const = default;
};

// What counts as removable besides what the device database says (udev: bus usb/ieee1394/mmc/memstick, or the kernel's
// `removable` flag). Made for tests and for docks that lie.
struct RemovableOptions {
  std::vector<std::string> devices;       // /dev/loop3
  std::vector<std::string> mount_points;  // /mnt/stick
  // Of shares: mounts that are none, though their file system is a network's or a program's; so is one that holds
  // such a path.
  std::vector<std::string> local_mounts;
  // Cloud folders; "~/Name" is in the home of every user whom this machine knows by /etc/passwd, or that is in /home.
  std::vector<std::string> cloud_folders;
};

// Which outgoing places there are: removable media, network shares, cloud folders. A cloud folder that comes into being
// is noticed within ten seconds. Start once, Stop once.
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
