#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <stop_token>
#include <utility>

#include "agent/carriers.h"
#include "agent/event_reporter.h"
#include "agent/inspect/discovery.h"
#include "agent/inspect/verdict_index.h"
#include "agent/pipeline.h"
#include "agent/refused_writes.h"
#include "agent/sensor/file_sensor.h"
#include "agent/sensor/network_sensor.h"
#include "platform/base/bounded_queue.h"
#include "platform/base/clock.h"
#include "platform/base/guarded.h"
#include "platform/host_info.h"

namespace vigie::agent {

// What nobody waits for, most urgent first: gaps, accesses that were not judged in time, files
// that changed, files that are new to us; the last only while nobody waits for disk or memory. One thread, and another
// for the large ones that changed.
class BackgroundWork {
 public:
  struct Parts {
    sensor::FileSensor& sensor;
    Pipeline& pipeline;
    EventReporter& reporter;
    inspect::Discovery& discovery;
    inspect::VerdictIndex& verdicts;
    inspect::VerdictIndex& contents;
    Carriers& carriers;
    enforce::Marks& marks;
    sensor::NetworkSensor& network;
    RefusedWrites& refused_writes;
    const platform::HostInfo& host;
    const base::Clock& clock;
    bool processes_are_live = true;  // false for a recording, whose processes come and go by their own time
  };

  explicit BackgroundWork(Parts parts) : parts_(parts) {}

  // Until `stop`; then it tells what is left of the accesses not judged in time, for some seconds at most.
  void Run(const std::stop_token& stop);

  // Until `stop`: large files, behind which nothing shall stand.
  void RunLarge(const std::stop_token& stop);

  // All files are looked at again, as soon as there is time. Thread-safe.
  void Rediscover() { rediscover_ = true; }

 private:
  void Step(const std::stop_token& stop);
  void KeepVerdictsIfMany();
  void HandleEvents(platform::FileEvent first, const std::stop_token& stop);
  bool GiveToLarge(platform::FileEvent& event, const std::stop_token& stop);
  void TellGaps();
  void TellGapsOfCarriers();
  void TellGapsOfGoneFiles();
  void ForgetEndedProcesses();
  void TryMarksAgain();
  bool MachineIsBusy();

  const Parts parts_;
  std::atomic<bool> rediscover_ = false;
  static constexpr std::size_t kLargeEvents = 1024;
  base::BoundedQueue<platform::FileEvent> large_{kLargeEvents, base::OverflowPolicy::kReject};  // filled by Run only
  // Device and inode, and how many events of it are in `large_` or being handled: later ones follow them there.
  base::Guarded<std::map<std::pair<std::uint64_t, std::uint64_t>, int>> large_files_;
  base::SteadyTime next_forgetting_{};
  base::SteadyTime next_rediscovery_{};
  base::SteadyTime next_pressure_{};
  base::SteadyTime next_marks_{};
  base::SteadyTime next_gone_files_{};
  bool marking_again_ = false;
  bool busy_ = false;
};

}  // namespace vigie::agent
