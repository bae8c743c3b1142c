#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "server/cli/scan_report.h"
#include "server/cli/scan_walk.h"

namespace vigie::cli {

// Scans several files at a time and hands out the results in the order in which the files came. At most four files a
// thread are under way; more have to wait, so memory stays bounded. Submit and Finish belong to one thread.
class ScanPipeline {
 public:
  using Scan =
      std::function<ScanResult(const ScanItem&)>;  // called by several threads; answers within a deadline of its own
  using Emit = std::function<void(const ScanResult&)>;  // called by one thread at a time

  ScanPipeline(std::size_t threads, Scan scan, Emit emit);
  ~ScanPipeline();

  void Submit(ScanItem item);
  // Waits until every result is out.
  void Finish();

 private:
  void Work();
  void EmitReady();

  const std::size_t capacity_;
  const Scan scan_;
  const Emit emit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, ScanItem> waiting_;  // by place in the order; the rest of this under mutex_ too
  std::map<std::uint64_t, ScanResult> done_;
  std::uint64_t submitted_ = 0;
  std::uint64_t emitted_ = 0;
  bool finishing_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace vigie::cli
