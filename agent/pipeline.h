#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "agent/carriers.h"
#include "agent/derivations.h"
#include "agent/enforce/marks.h"
#include "agent/event_reporter.h"
#include "agent/inspect/discovery.h"
#include "agent/inspect/fresh_verdicts.h"
#include "agent/inspect/inspection_stage.h"
#include "agent/lineage/new_files.h"
#include "agent/lineage/open_streak.h"
#include "agent/policy/policy_stage.h"
#include "agent/screen_content.h"
#include "agent/sensor/activity_classifier.h"
#include "agent/sensor/media_table.h"
#include "agent/sensor/process_table.h"
#include "platform/base/bounded_queue.h"
#include "platform/base/clock.h"
#include "platform/file_events.h"
#include "platform/file_system.h"
#include "platform/process_info.h"
#include "vigie/v1/event.pb.h"

namespace vigie::agent {

// What a file event meets on its way.
struct Stages {
  platform::FileSystem& files;
  platform::ProcessInfo& process_info;
  sensor::ProcessTable& processes;
  sensor::MediaTable& media;
  const sensor::ActivityClassifier& classifier;
  inspect::InspectionStage& inspection;
  const policy::PolicyStage& policy;
  Carriers& carriers;
  Derivations& derivations;
  lineage::NewFiles& new_files;
  const ScreenContent& screen;
  enforce::Marks& marks;
  EventReporter& reporter;
};

struct PipelineOptions {
  platform::Answer fail_answer = platform::Answer::kAllow;              // when no verdict comes in time
  std::chrono::nanoseconds inspection_time = std::chrono::seconds(10);  // of one file, when nobody waits
};

// One event's way: sensor → inspect → policy → enforce → spool. Thread-safe: several threads may carry events through
// it.
class Pipeline {
 public:
  Pipeline(Stages stages, PipelineOptions options);

  // Somebody waits: answers, in any case and before the deadline where that is possible. A sensitive access is on the
  // disk before it is allowed.
  void HandleAccess(platform::PendingAccess access);

  // It has happened.
  void HandleEvent(platform::FileEvent event);
  // The same of several, in their order; of more than one the last are inspected ahead meanwhile, in another thread.
  // What `stop` finds undone stays so.
  void HandleEvents(std::vector<platform::FileEvent> events, const std::stop_token& stop = {});
  // Its inspection takes long, and nobody has to know at once.
  bool IsSlow(const platform::FileEvent& event) const;
  // So that the files which are still to be handled are the next that he waits for.
  bool SomebodyGoesThroughNewFiles() const;

  // An access that the fail mode has answered, because its file was not inspected in time: inspects it now and tells
  // what it was. False if there is none.
  bool FinishOneLateAccess(const std::stop_token& stop);

  // A new file that somebody waited for and that is clean was inspected as it is. Once more at leisure, from a copy, so
  // that its content is known wherever it comes again (KnownContents). False if there is none.
  bool LearnOneContent();
  bool HasContentsToLearn() const { return to_learn_.size() > 0; }

  // A file that existed before: inspects it if it is not known, and watches it if it must be.
  void HandleDiscovered(const inspect::DiscoveredFile& file);
  // A file that had to be watched before this start.
  void WatchAgain(const std::string& path);

  // An event that was told before this start: who carries what, and what need not be told again.
  void Restore(const v1::Event& event);

  // Late accesses that were told without their inspection, for the queue was full.
  std::uint64_t unfinished() const { return late_accesses_.dropped(); }

 private:
  // An open that waits, and what is known of it.
  struct Opening {
    platform::PendingAccess& access;
    platform::ProcessDescription process{};
    platform::OpenMode mode = platform::OpenMode::kUnknown;
    PipeChain behind{};  // who gets what the process writes
    const platform::FileEvent& event() const { return access.event(); }
  };
  struct LateAccess {
    platform::FileEvent event{};
    v1::Activity activity{};
    platform::ProcessDescription process{};
    PipeChain behind{};
    bool denied = false;
  };

  struct NewFile {
    platform::FileIdentity file{};
    std::string path{};
  };

  void HandleMediumOpening(Opening& opening);
  void Describe(Opening& opening);
  void HandleScreenshot(Opening& opening);
  std::optional<inspect::Assessment> Assess(Opening& opening);
  bool ReadsOwnWork(Opening& opening);
  void Decide(Opening& opening, const inspect::Assessment& assessment);
  Report JudgeWaysOut(const Opening& opening, const inspect::Assessment& assessment);
  void FailToDecide(Opening& opening, const inspect::Assessment& assessment);
  void AllowReading(Opening& opening, const inspect::Assessment& assessment, Report report);
  void Deny(Opening& opening, Report report);

  void HandleWritten(platform::FileEvent event);
  bool HasChanged(const platform::FileEvent& judged) const;
  void InspectAhead(platform::FileEvent& written);
  std::optional<inspect::Assessment> KnownSince(const platform::FileEvent& written);
  inspect::Assessment InspectWritten(platform::FileEvent& written);
  void HandleRenamed(platform::FileEvent event);
  std::optional<inspect::Assessment> FindRenamed(platform::FileEvent& renamed);
  void TellOwnReadings(const platform::FileEvent& written, const inspect::Assessment& assessment);
  void TellOwnReading(platform::FileEvent reading, const inspect::Assessment& assessment);
  void TellAfterwards(const platform::FileEvent& event, const inspect::Assessment& assessment);
  void TellLate(LateAccess& access, const inspect::Assessment& assessment);
  inspect::Assessment InspectPromptly(const platform::FileEvent& event);
  inspect::Assessment InspectAtLeisure(const platform::FileEvent& event);
  inspect::Assessment InspectStarved(const platform::FileEvent& event, inspect::Assessment at_leisure);

  std::optional<sensor::MediaTable::HeldFile> HeldOnMedium(std::int32_t pid);
  std::optional<platform::Medium> MediumOf(const platform::FileEvent& event) const;
  bool GoesOut(const Opening& opening) const;
  v1::Activity ActivityOf(const Opening& opening, const platform::ProcessDescription& process);
  bool EnsureContent(platform::FileEvent& event);
  bool OpenAt(const std::string& path, platform::FileEvent& event);
  void LookAgain(platform::FileEvent& event);
  bool IsByCarrier(const platform::FileEvent& event) const;
  void Carry(const platform::ProcessDescription& process, const PipeChain& behind, const Report& report);
  bool IsOwnProduct(const Report& report, const platform::ProcessDescription& process) const;

  Stages stages_;
  const PipelineOptions options_;
  base::BoundedQueue<LateAccess> late_accesses_;
  base::BoundedQueue<NewFile> to_learn_;
  inspect::FreshVerdicts fresh_;
  lineage::OpenStreak streak_;
  std::atomic<base::SteadyTime> next_starved_;  // earliest time of the next prompt inspection of what got no turn
};

}  // namespace vigie::agent
