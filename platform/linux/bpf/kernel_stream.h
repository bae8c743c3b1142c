#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "platform/linux/bpf/kernel_maps.h"
#include "platform/linux/bpf/record_parser.h"
#include "platform/linux/wake_signal.h"

struct ring_buffer;

namespace vigie::platform {

// The one thread ("vigie-kernel") that reads the ring buffer of our programs, in order, for process events and for the
// network guard. It sleeps until something urgent is there and looks twenty times a second for the rest, where nothing
// happens five times: being woken for every process would cost the workstation more than the record itself.
// Thread-safe.
class KernelStream {
 public:
  // `skeleton` must be loaded and outlive this. Called on the thread after each look: `housekeeping`.
  KernelStream(vigie_watch& skeleton, std::function<void()> housekeeping);
  ~KernelStream();

  // Events are told from now on; kFailedPrecondition the second time.
  base::Result<void> Listen(ProcessEventHandler& handler);
  base::Result<void> Listen(NetworkHandler& handler);
  base::Result<void> Listen(WriteHandler& handler);
  // Tells what happened before, and nothing after it.
  void StopProcessEvents();
  void StopNetworkEvents();
  // As ProcessEvents'.
  bool CatchUp(const ProcessEvents::ForkedFunction& forked);
  void StopWriteEvents();

  SensorCounts process_counts() const;
  SensorCounts network_counts() const;
  SensorCounts write_counts() const;

 private:
  // One kind of events. What the kernel says of both together is in KernelMaps::counts.
  struct Flow {
    vigie_count produced;
    vigie_count lost;
    std::uint64_t delivered = 0;
    std::uint64_t coalesced = 0;  // here; others were in the kernel
    std::uint64_t told_losses = 0;
    bool started = false;
    bool stopped = false;
    SensorCounts last{};  // once it has stopped
  };
  struct DestroyRing {
    void operator()(ring_buffer* ring) const;
  };
  using Lock = std::unique_lock<std::mutex>;

  static int OnRecord(void* self, void* bytes, std::size_t count);
  void Deliver(KernelEvent event);
  bool DeliverToProcesses(KernelEvent& event);
  void DeliverToNetwork(KernelEvent& event);
  bool EndedBefore(const ProcessEnded& event);

  base::Result<void> Begin(Flow& flow);
  void End(Flow& flow, Lock& lock);
  SensorCounts CountsOf(const Flow& flow) const;
  void Run();
  bool Consume();      // whether there was anything
  bool TakeRecords();  // whether there was any
  void TellLosses();

  vigie_watch& skeleton_;
  const KernelMaps maps_;
  const std::function<void()> housekeeping_;
  std::unique_ptr<ring_buffer, DestroyRing> ring_;

  mutable std::mutex mutex_;  // guards what follows; held while a handler is called
  std::condition_variable consumed_;
  ProcessEventHandler* process_handler_ = nullptr;
  NetworkHandler* network_handler_ = nullptr;
  WriteHandler* write_handler_ = nullptr;
  Flow processes_{.produced = VIGIE_PROCESS_PRODUCED, .lost = VIGIE_PROCESS_LOST};
  Flow network_{.produced = VIGIE_NETWORK_PRODUCED, .lost = VIGIE_NETWORK_LOST};
  Flow writes_{.produced = VIGIE_WRITES_PRODUCED, .lost = VIGIE_WRITES_LOST};
  std::uint64_t told_refusals_ = 0;
  std::chrono::nanoseconds clock_offset_{};
  std::deque<KernelEvent> untold_;                        // taken off the ring by CatchUp
  const ProcessEvents::ForkedFunction* ahead_ = nullptr;  // while CatchUp reads
  std::array<ProcessId, 64> ended_;  // the last: two threads that end at once may both say that their process did
  std::size_t ended_count_ = 0;

  WakeSignal stop_;
  std::thread thread_;
};

}  // namespace vigie::platform
