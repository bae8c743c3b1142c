#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/background_work.h"
#include "agent/carrier_guard.h"
#include "agent/carriers.h"
#include "agent/derivations.h"
#include "agent/inspect/discovery.h"
#include "agent/lineage/recent_writes.h"
#include "agent/lineage/taint_table.h"
#include "agent/pipe_chains.h"
#include "agent/pipeline.h"
#include "agent/place_guard.h"
#include "agent/policy/local_thresholds.h"
#include "agent/policy/policy_stage.h"
#include "agent/policy/protected_content.h"
#include "agent/screen_content.h"
#include "agent/sensor/file_sensor.h"
#include "agent/spool/event_spool.h"
#include "core/inspection/content_inspector.h"
#include "platform/base/guarded.h"
#include "platform/fake/fake_clock.h"
#include "platform/fake/fake_file_events.h"
#include "platform/fake/fake_file_system.h"
#include "platform/fake/fake_network_guard.h"
#include "platform/fake/fake_process_info.h"
#include "platform/fake/fake_write_guard.h"
#include "tests/unit/agent/temporary_directory.h"

namespace vigie::agent {

// Finds in a file what its text says: a file of "customers 0 39" holds the records 0 to 39, "iban" one account number,
// "encrypted" and "binary" cannot be read, "slow" times out the first time and then holds records 0 to 9, "broken"
// kills the inspector.
class FakeInspector final : public inspection::ContentInspector {
 public:
  explicit FakeInspector(platform::FileSystem& files) : files_(files) {}
  v1::Inspection Inspect(const base::FileDescriptor& content, base::Deadline deadline) override;
  int inspections() const { return state_.Lock()->inspections; }
  // Text by inode; the fake file system's descriptors know no path.
  void Say(std::uint64_t inode, std::string text) { state_.Lock()->texts[inode] = std::move(text); }
  // Happens during the next inspection.
  void Meanwhile(std::function<void()> what) { state_.Lock()->meanwhile = std::move(what); }

 private:
  struct State {
    std::map<std::uint64_t, std::string> texts;
    std::function<void()> meanwhile;
    int inspections = 0;
  };
  std::function<void()> Begin();

  platform::FileSystem& files_;
  base::Guarded<State> state_;
};

// The same for what nobody waits for.
class LeisurelyInspector final : public inspection::ContentInspector {
 public:
  explicit LeisurelyInspector(FakeInspector& inspector) : inspector_(inspector) {}
  v1::Inspection Inspect(const base::FileDescriptor& content, base::Deadline deadline) override {
    ++inspections_;
    return inspector_.Inspect(content, deadline);
  }
  int inspections() const { return inspections_; }

 private:
  FakeInspector& inspector_;
  std::atomic<int> inspections_ = 0;
};

v1::Inspection CustomersFound(std::uint32_t first, std::uint32_t last);

// Everything but threads and kernel: a pipeline with fake sensors, a fake inspector and a spool in memory. A test plays
// what happens on the machine and reads what was answered and told.
class PipelineWorkbench {
 public:
  static constexpr char kPolicy[] = R"(
version: 3
rules:
  - id: customers-to-media
    when: {channels: [removable_media], customers_at_least: 10}
    action: block
  - id: uploads
    when: {channels: [network_transfer], customers_at_least: 1}
    action: audit
)";

  explicit PipelineWorkbench(PipelineOptions options = {}, const std::string& policy = kPolicy);

  void AddFile(const std::string& path, const std::string& what_is_in_it);
  void AddProcess(std::int32_t pid, const std::string& exe, const std::string& command_line);
  void AttachMedium(const std::string& mount_point);
  // What `pid` writes is read by these, nearest first.
  void Connect(std::int32_t pid, std::vector<std::int32_t> readers);

  // `pid` opens the file and gets its answer.
  platform::Answer Open(std::int32_t pid, const std::string& path, platform::OpenMode mode = platform::OpenMode::kRead);
  // The answer comes too late: the deadline had passed.
  void OpenTooLate(std::int32_t pid, const std::string& path, platform::OpenMode mode);
  platform::FileEvent Closed(std::int32_t pid, const std::string& path);  // handled by nobody yet
  void CloseAfterWrite(std::int32_t pid, const std::string& path);
  // `pid` has made the file, and reads it back before anybody has inspected it. False: it must wait for that.
  bool MakeAndReadBack(std::int32_t pid, const std::string& path);
  // The sensor has told of it, and nobody has handled it yet.
  void NoteClosed(std::int32_t pid, const std::string& path);
  void Rename(const std::string& from, const std::string& to);
  bool IsMarked(const std::string& path);

  std::vector<v1::Event> Told();
  // The only event that was told.
  v1::Event ToldOnce();

  platform::FakeClock clock;
  platform::FakeFileSystem files;
  platform::FakeProcessInfo process_info;
  platform::FakeFileEvents file_events;
  FakeInspector inspector{files};
  LeisurelyInspector leisurely{inspector};
  std::unique_ptr<spool::EventSpool> spool;
  TemporaryDirectory directory;
  std::unique_ptr<inspect::VerdictIndex> verdicts;
  std::unique_ptr<inspect::DerivedIndex> derived;
  sensor::ProcessTable processes{process_info};
  sensor::MediaTable media;
  sensor::ActivityClassifier classifier{sensor::ChannelTable::BuiltIn(), "desk-7"};
  inspect::InspectionStage inspection;
  policy::ActivePolicy active_policy{files, "/state"};
  policy::ChannelBlockList blocks{files, clock, "/state"};
  policy::LocalThresholds thresholds{blocks, clock};
  policy::PolicyStage policy{active_policy, blocks};
  lineage::TaintTable taints;
  platform::FakeNetworkGuard network;
  PipeChains chains{process_info, [this](auto) { ++pauses; }};
  platform::FakeWriteGuard write_guard;
  PlaceGuard places{{&write_guard, policy, classifier, clock}};
  CarrierGuard guard{{&network, policy, classifier, clock, &places}};
  Carriers carriers{{process_info, taints, guard, chains, clock, [this](const v1::Inspection& content) {
                       return policy::IsProtected(active_policy.current().get(), content);
                     }}};
  lineage::RecentWrites writes;
  lineage::NewFiles new_files{clock, [] { return true; },
                              [this](std::int32_t pid) { return process_info.PendingOpenMode(pid); }};
  Derivations derivations{{processes, carriers, inspection, writes}};
  ScreenContent screen{taints, process_info};
  int pauses = 0;
  enforce::Marks marks{file_events};
  EventReporter reporter;
  Pipeline pipeline;

 private:
  platform::FileEvent EventOf(std::int32_t pid, const std::string& path);
  platform::Answer Play(std::int32_t pid, const std::string& path, base::Deadline deadline, bool in_time);

  PipelineOptions options_;
};

}  // namespace vigie::agent
