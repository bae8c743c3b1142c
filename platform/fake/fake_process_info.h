#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "platform/base/guarded.h"
#include "platform/process_info.h"

namespace vigie::platform {

// A process table that a test writes. Thread-safe.
class FakeProcessInfo final : public ProcessInfo {
 public:
  base::Result<ProcessDescription> Describe(std::int32_t pid) override;
  OpenMode PendingOpenMode(std::int32_t pid) override;
  base::Result<std::vector<WritableFile>> WritableFiles(std::int32_t pid) override;
  base::Result<Outflow> OutflowOf(std::int32_t pid) override;
  base::Result<std::vector<ProcessLink>> Running() override;  // the first of parent_ids is the parent

  // `process.id.pid` is its key. Adding it again replaces it.
  void Add(ProcessDescription process);
  void End(std::int32_t pid);
  void SetPendingOpenMode(std::int32_t pid, OpenMode mode);
  void SetWritableFiles(std::int32_t pid, std::vector<WritableFile> files);
  void SetOutflow(std::int32_t pid, Outflow outflow);

 private:
  struct Process {
    ProcessDescription description;
    OpenMode pending = OpenMode::kUnknown;
    std::vector<WritableFile> writable;
    Outflow outflow;
  };
  base::Guarded<std::map<std::int32_t, Process>> processes_;
};

}  // namespace vigie::platform
