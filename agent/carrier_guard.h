#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "agent/lineage/taint_table.h"
#include "agent/place_guard.h"
#include "agent/policy/policy_stage.h"
#include "agent/sensor/activity_classifier.h"
#include "platform/base/clock.h"
#include "platform/base/guarded.h"
#include "platform/network_guard.h"
#include "platform/process_info.h"

namespace vigie::agent {

// What carriers may send over the network, and write to outgoing places. A process becomes watched when it becomes a
// carrier; if the policy would stop a network transfer of what it carries, the kernel refuses its connections from then
// on, before anybody has to ask; so it does its writes to places where the policy would stop a copy. Thread-safe, does
// not block.
class CarrierGuard {
 public:
  struct Parts {
    platform::NetworkGuard* network;  // null: this machine has none; then it only remembers
    const policy::PolicyStage& policy;
    const sensor::ActivityClassifier& classifier;
    const base::Clock& clock;
    PlaceGuard* places = nullptr;
  };

  explicit CarrierGuard(Parts parts) : parts_(parts) {}

  // Judges what `process` carries, and watches it accordingly. The mode is also what its pipes need.
  platform::CarrierMode Watch(const platform::ProcessDescription& process, const lineage::Taint& taint);
  void WatchPipe(std::uint64_t pipe, platform::CarrierMode mode);
  // A child, or whoever reads a pipe, before anybody could describe it: as its `parent`.
  void Adopt(platform::ProcessId parent, platform::ProcessId child);
  // It has ended. What is known of it stays until Sweep: its last connections are still to be told.
  void Release(platform::ProcessId process);
  // Forgets, and releases, whom `carries` denies.
  void Sweep(const std::function<bool(platform::ProcessId)>& carries);

  // Its access is told as a network transfer: what it sends is no news. Said before it becomes a carrier, no connection
  // can come in between.
  void NoteTransferTold(platform::ProcessId process);
  bool TransferTold(platform::ProcessId process) const;

  // A connection of `process`, to nobody yet.
  v1::Activity ConnectionOf(const platform::ProcessDescription& process, const lineage::Taint& taint) const;

  std::size_t size() const { return watched_.Lock()->size(); }
  // Carriers that the operating system refused to watch, since the start.
  std::uint64_t failures() const { return failures_; }

 private:
  struct Watched {
    bool carries = false;  // else only a transfer of it is told
    platform::CarrierMode mode = platform::CarrierMode::kReport;
    platform::PlaceSet places = 0;  // where it may not write
    bool transfer_told = false;
    bool released = false;
  };

  Watched& Entry(std::map<platform::ProcessId, Watched>& watched, platform::ProcessId process);
  struct Change {
    platform::CarrierMode mode = platform::CarrierMode::kReport;
    platform::PlaceSet places = 0;
    bool milder = false;       // than the mode before
    bool other_places = true;  // than before
  };
  void Apply(platform::ProcessId process, const Change& change);
  void Count(const base::Result<void>& done);

  const Parts parts_;
  std::mutex one_at_a_time_;  // from judging to telling the kernel: an older judgement must not come last
  base::Guarded<std::map<platform::ProcessId, Watched>> watched_;
  std::atomic<std::uint64_t> failures_ = 0;
};

}  // namespace vigie::agent
