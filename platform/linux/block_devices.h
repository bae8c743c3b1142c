#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "platform/base/result.h"

struct udev;

namespace vigie::platform {

// What the device database (libudev) and sysfs say of block devices. Works without a running udevd, from sysfs alone.
// One thread at a time.
class BlockDevices {
 public:
  static base::Result<std::unique_ptr<BlockDevices>> Open();
  ~BlockDevices();
  BlockDevices(const BlockDevices&) = delete;
  BlockDevices& operator=(const BlockDevices&) = delete;

  // Whether the device, or one that it is made of (an encrypted volume on a stick), sits on a bus for removable things
  // or says that its medium can be removed.
  bool IsRemovable(dev_t device) const;

  // sysfs paths of the whole disks that the device is on.
  std::set<std::string> DisksOf(dev_t device) const;

  // Vendor, model and serial number; empty if the bus tells none.
  std::string NameOf(dev_t device) const;

 private:
  explicit BlockDevices(udev* database) : database_(database) {}
  udev* const database_;
};

// The number of the block device at `path`; nothing if it is none.
std::optional<dev_t> BlockDeviceAt(const std::string& path);

// Text from a device, fit for a log or a message: what is not printable ASCII becomes '_', at most 128 bytes, trimmed.
std::string CleanDeviceText(const std::string& text);

}  // namespace vigie::platform
