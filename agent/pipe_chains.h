#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "platform/base/clock.h"
#include "platform/process_info.h"

namespace vigie::agent {

// Who gets what a process writes, over all pipes that follow one another: of `tar c f | base64 | curl -T - URL`, for
// tar, base64 and curl.
struct PipeChain {
  std::vector<platform::ProcessDescription> readers{};  // nearest first
  std::vector<std::uint64_t> pipes;                     // inodes
};

// Looks along pipes while the one at their beginning waits for an answer. A shell that is just making a pipeline holds
// reading ends for its children and would look like a reader, and its children look like the shell until they run their
// programs: if that is how it looks, it is looked at again, ten times within 50 ms. What then still reads, reads.
// Thread-safe.
class PipeChains {
 public:
  using Pause = std::function<void(std::chrono::milliseconds)>;

  // `pause` waits.
  explicit PipeChains(platform::ProcessInfo& processes, Pause pause = Sleep);

  // Answers by `deadline`. `carries` says of whom it is known that he reads: there is no need to wait for him.
  PipeChain Behind(const platform::ProcessDescription& opener, base::Deadline deadline,
                   const std::function<bool(platform::ProcessId)>& carries);
  // Without waiting.
  PipeChain BehindNow(std::int32_t pid);

  // Chains of which not everybody could be found, since the start.
  std::uint64_t incomplete() const { return incomplete_; }

 private:
  static void Sleep(std::chrono::milliseconds time);

  platform::ProcessInfo& processes_;
  const Pause pause_;
  std::atomic<std::uint64_t> incomplete_ = 0;
};

}  // namespace vigie::agent
