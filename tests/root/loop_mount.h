#pragma once

#include <memory>
#include <string>

#include "platform/base/file_descriptor.h"
#include "platform/base/result.h"

namespace vigie::test {

struct LoopMountOptions {
  std::string file_system = "ext4";  // whatever has an mkfs.NAME: ext4, vfat …
  unsigned mebibytes = 32;
};

// A file system of its own, made in a temporary image and mounted through a loop device. The destructor unmounts it
// whatever the test did, also while files on it are still open (lazily), and removes image and mount point. What a
// killed test left behind is removed by the next LoopMount.
class LoopMount {
 public:
  // kPermissionDenied without root, kUnsupported without loop devices or mkfs: a test skips with the message.
  static base::Result<std::unique_ptr<LoopMount>> Make(const LoopMountOptions& options = {});

  LoopMount(const LoopMount&) = delete;
  LoopMount& operator=(const LoopMount&) = delete;
  ~LoopMount();

  const std::string& path() const { return mount_point_; }  // of the mounted file system
  const std::string& device() const { return device_; }     // "/dev/loop3"
  std::string operator/(const std::string& name) const { return mount_point_ + "/" + name; }

  // Unmounts now and keeps the device, so that Mount may follow: a medium pulled and plugged in again. kUnavailable if
  // the file system is in use.
  base::Result<void> Unmount();
  base::Result<void> Mount();

 private:
  LoopMount(LoopMountOptions options, std::string folder);

  base::Result<void> Prepare();
  base::Result<void> MakeFileSystem() const;
  base::Result<void> AttachDevice();

  const LoopMountOptions options_;
  const std::string folder_;  // holds image and mount point
  const std::string image_;
  const std::string mount_point_;
  std::string device_;
  base::FileDescriptor device_descriptor_;  // keeps the device attached while unmounted
};

}  // namespace vigie::test
