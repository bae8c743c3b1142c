#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "agent/policy/local_thresholds.h"
#include "agent/policy/policy_stage.h"
#include "agent/spool/event_spool.h"
#include "agent/spool/fold_window.h"
#include "vigie/v1/event.pb.h"

namespace vigie::agent {

// What is to be told of one activity.
struct Report {
  v1::Activity activity{};
  v1::Inspection inspection{};
  policy::PolicyStage::Judgement judgement{};
  bool late = false;                   // the verdict could not be enforced any more
  std::vector<std::string> lineage{};  // ids of events it derives from
  std::uint64_t position = 0;          // replay position of what caused it
};

struct ReporterCounts {
  std::uint64_t reported = 0;
  std::uint64_t folded = 0;  // said before: not said again
  std::uint64_t lost = 0;    // the spool refused; it tells them in a gap
};

// The fifth stage's door: makes an event of a report, folds it into what was said, counts it for the workstation's own
// thresholds, spools it. Thread-safe.
class EventReporter {
 public:
  // `thresholds` may be null: then nothing is counted here.
  explicit EventReporter(spool::EventSpool& spool, policy::LocalThresholds* thresholds = nullptr)
      : spool_(spool), thresholds_(thresholds) {}

  // The event's id once it is on the disk; empty if it was folded or lost.
  std::string Tell(Report report);
  // False if it was lost.
  bool TellGap(v1::Gap gap);

  // An event that was told before this start.
  void Restore(const v1::Event& event) { folds_.Add(event); }

  ReporterCounts counts() const { return {reported_, folded_, lost_}; }

 private:
  std::string Append(v1::Event event, std::uint64_t position);

  spool::EventSpool& spool_;
  policy::LocalThresholds* thresholds_;
  spool::FoldWindow folds_;
  std::atomic<std::uint64_t> reported_ = 0;
  std::atomic<std::uint64_t> folded_ = 0;
  std::atomic<std::uint64_t> lost_ = 0;
};

}  // namespace vigie::agent
