#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/inspection/content_inspector.h"
#include "platform/file_system.h"
#include "platform/worker_process.h"
#include "vigie/v1/inspector.pb.h"

namespace vigie::inspection {

struct IndexFile {
  std::string file;
  std::string key_file;
};

struct InspectorPoolOptions {
  std::string executable;  // vigie-inspector
  std::size_t processes = 2;
  bool prove_ready = true;  // Create starts one worker
  std::size_t kept_ready =
      0;  // processes that are alive before a file comes: starting one takes longer than most files
  std::vector<IndexFile> indexes;
  // The policy's own (found good by core/policy).
  google::protobuf::RepeatedPtrField<v1::UserDetector> detectors = {};
  v1::InspectionBudget budget;  // zero fields take DefaultBudget()
  // Called with the pid of each worker before it gets its first file (the agent exempts it from its own sensors), from
  // a thread of the pool's own.
  std::function<void(std::int32_t)> on_worker_started;
};

v1::InspectionBudget DefaultBudget();  // 512 MiB, depth 8, 10,000 entries, 10 s

struct InspectorPoolCounts {
  std::uint64_t inspected = 0;
  std::uint64_t restarts = 0;  // workers that died or were killed for being late
  std::uint64_t failures = 0;  // inspections that ended as inspector_failed
};

// Inspects content in vigie-inspector processes: no privilege, no network, no file system, hard limits. A worker that
// dies is replaced and its file given once more to a fresh one; one that dies twice on a file, or is late, yields
// evaluated none with inspector_failed or timed_out. Inspect waits for a free worker, within its deadline; while none
// can be started it answers inspector_failed at once. Indexes and keys are read once: for a new index make a new pool.
class InspectorPool final : public ContentInspector {
 public:
  // Starts one worker to prove that executable, keys and indexes are good (its error names what is not) unless it is
  // told not to, the others on need.
  static base::Result<std::unique_ptr<InspectorPool>> Create(InspectorPoolOptions options,
                                                             platform::WorkerLauncher& launcher,
                                                             platform::FileSystem& files);
  ~InspectorPool() override;

  v1::Inspection Inspect(const base::FileDescriptor& content, base::Deadline deadline) override;
  // Of a new policy: a file that is given to Inspect from now on meets a worker that knows these. Workers that know
  // others are replaced as they come to hand.
  void UseDetectors(google::protobuf::RepeatedPtrField<v1::UserDetector> detectors);
  // Ends every inspection that is under way, and all later ones at once, as inspector_failed. Thread-safe.
  void Abandon();
  InspectorPoolCounts counts() const;

 private:
  class Impl;
  explicit InspectorPool(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vigie::inspection
