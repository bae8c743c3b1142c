#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "platform/base/guarded.h"
#include "platform/file_system.h"
#include "platform/process_info.h"
#include "platform/replay/recorded_activity.h"

namespace vigie::platform {

// The processes of the played lines. Thread-safe.
class ReplayProcesses final : public ProcessInfo {
 public:
  explicit ReplayProcesses(FileSystem& files) : files_(files) {}

  // From now on this line answers for its process.
  void Play(const RecordedActivity& activity);

  base::Result<ProcessDescription> Describe(std::int32_t pid) override;
  OpenMode PendingOpenMode(std::int32_t pid) override;
  // Of the recorded files, those that exist now.
  base::Result<std::vector<WritableFile>> WritableFiles(std::int32_t pid) override;

 private:
  struct Process {
    ProcessDescription description;
    OpenMode mode = OpenMode::kUnknown;
    std::vector<std::string> writable_files;
  };
  struct Table {
    std::map<std::int32_t, Process> by_pid;
    std::deque<std::int32_t> oldest_first;
  };

  FileSystem& files_;
  base::Guarded<Table> table_;
};

}  // namespace vigie::platform
