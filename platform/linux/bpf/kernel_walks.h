#pragma once

#include <cstdint>
#include <memory>

#include "platform/network_guard.h"

struct bpf_link;
struct bpf_program;
struct vigie_watch;

namespace vigie::platform {

// Walks of our programs over the kernel's own lists of tasks and open files (BPF iterators), which no process can
// hide from or slip through. They take microseconds to a few milliseconds, and block on nobody. One thread at a time.
class KernelWalks {
 public:
  // `skeleton` must be loaded and outlive this.
  explicit KernelWalks(vigie_watch& skeleton) : skeleton_(skeleton) {}

  // Makes the sockets that the process has those of a carrier.
  void MarkSockets(ProcessId process, CarrierMode mode);
  void ReleaseSockets(ProcessId process);
  // Makes carriers of all that have a watched pipe as their standard input, along whole pipelines.
  void FindPipeReaders();
  // Gives all watched pipes that exist a new generation, and says which.
  std::uint32_t FindPipes();

 private:
  void WalkSockets(ProcessId process, std::uint32_t mode);

  vigie_watch& skeleton_;
};

}  // namespace vigie::platform
