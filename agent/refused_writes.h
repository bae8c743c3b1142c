#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "agent/carriers.h"
#include "agent/event_reporter.h"
#include "agent/place_guard.h"
#include "agent/policy/policy_stage.h"
#include "agent/sensor/gap_list.h"
#include "agent/sensor/process_table.h"
#include "platform/base/bounded_queue.h"
#include "platform/base/clock.h"
#include "platform/write_guard.h"

namespace vigie::agent {

// Tells what the kernel refused carriers on outgoing places: takes it off the operating system's thread at once, and
// makes an event of it on another. A full queue refuses, and what was refused becomes a gap. The handler is
// thread-safe; one thread calls Step.
class RefusedWrites final : public platform::WriteHandler {
 public:
  struct Parts {
    sensor::ProcessTable& processes;
    Carriers& carriers;
    const PlaceGuard& places;
    const sensor::ActivityClassifier& classifier;
    const policy::PolicyStage& policy;
    EventReporter& reporter;
    const base::Clock& clock;
  };

  explicit RefusedWrites(Parts parts, std::size_t capacity = 1024);

  void OnRefusedWrite(platform::RefusedWrite refused) override;
  void OnWriteGap(platform::FileEventGap gap) override { gaps_.Add(gap.reason, gap.at, 0); }

  // Tells what comes until `stop`, and then what has come.
  void Run(const std::stop_token& stop);
  // Tells what has come since the last call.
  void Step();
  std::vector<v1::Gap> TakeGaps() { return gaps_.Take(); }

  std::uint64_t dropped() const { return queue_.dropped(); }

 private:
  void Tell(const platform::RefusedWrite& refused);
  v1::Activity ActivityOf(const platform::RefusedWrite& refused, const std::optional<lineage::Taint>& taint);

  const Parts parts_;
  base::BoundedQueue<platform::RefusedWrite> queue_;
  sensor::GapList gaps_;
};

}  // namespace vigie::agent
