#pragma once

#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "platform/linux/fanotify_file_events.h"

namespace vigie::platform {

// Two bodies in one. A file system that a network or a program (FUSE) answers for has groups and threads of its own:
// with each event the kernel opens the file there, so its reader waits for that server; and a FUSE server that opens a
// marked file meanwhile waits for the other reader, which must not wait for the server in turn. A server that hangs
// therefore stops nobody but those who use it. The second body costs nothing until the first such mount.
class DividedFileEvents final : public FileEvents {
 public:
  explicit DividedFileEvents(const FileEventOptions& options) : near_(options), far_(options) {}

  base::Result<void> Start(FileEventHandler& handler) override;
  void Stop() override;
  base::Result<void> Watch(const std::string& path) override;
  base::Result<void> WatchMedium(const std::string& mount_point) override;
  void UnwatchMedium(const std::string& mount_point) override;
  base::Result<void> WatchFolder(const std::string& path) override { return near_.WatchFolder(path); }
  base::Result<void> Mark(const base::FileDescriptor& file) override { return near_.Mark(file); }
  void Unmark(const base::FileDescriptor& file) override { near_.Unmark(file); }
  void Exempt(std::int32_t pid) override;
  SensorCounts counts() const override;
  std::vector<std::string> degradations() const override;

 private:
  base::Result<void> UseFar();

  FanotifyFileEvents near_;
  FanotifyFileEvents far_;
  std::mutex mutex_;  // guards what follows
  FileEventHandler* handler_ = nullptr;
  bool far_runs_ = false;
  std::set<std::string> far_mounts_;
};

}  // namespace vigie::platform
