#include "agent/agent_platform.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>
#include <vector>

#include "agent/health/health_board.h"
#include "core/customers/customer_index.h"
#include "core/inspection/inspector_pool.h"
#include "platform/linux/file_events.h"
#include "platform/linux/linux_platform.h"
#include "platform/replay/replay.h"
#include "platform/worker_process.h"
#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"

namespace vigie::agent {
namespace {

using base::Result;

platform::FileEventOptions EventOptions(const v1::AgentConfig& config) {
  platform::FileEventOptions options;
  options.deadline =
      std::chrono::duration_cast<std::chrono::milliseconds>(contract::FromProto(config.sensors().deadline()));
  const bool closed = config.sensors().fail_mode() == v1::AgentConfig::FAIL_MODE_CLOSED;
  options.default_answer = closed ? platform::Answer::kDeny : platform::Answer::kAllow;
  return options;
}

// Nobody waits in a recording: a slow machine must not turn its verdicts into late ones.
Result<Sensors> ReplaySensors(const v1::AgentConfig& config, std::uint64_t after_position) {
  platform::FileEventOptions options = EventOptions(config);
  options.deadline = std::max<std::chrono::milliseconds>(options.deadline, std::chrono::seconds(30));
  auto replay = platform::OpenReplay(config.sensors().replay(), after_position, options);
  if (!replay) return replay.error();
  return Sensors{std::move(replay->processes), std::move(replay->files), std::move(replay->media)};
}

std::vector<std::string> CloudFolders(const v1::AgentConfig& config) {
  std::vector<std::string> folders = {"~/Nextcloud", "~/ownCloud",    "~/Dropbox", "~/OneDrive", "~/Google Drive",
                                      "~/Insync",    "~/MEGA",        "~/pCloud",  "~/Seafile",  "~/Sync",
                                      "~/Tresorit",  "~/Yandex.Disk", "~/Box",     "~/kDrive"};
  for (const std::string& folder : config.sensors().cloud_folders()) folders.push_back(folder);
  return folders;
}

Result<Sensors> SystemSensors(const v1::AgentConfig& config) {
  platform::RemovableOptions removable;
  removable.devices = {config.removable().devices().begin(), config.removable().devices().end()};
  removable.mount_points = {config.removable().mount_points().begin(), config.removable().mount_points().end()};
  removable.local_mounts = {config.watch().begin(), config.watch().end()};
  for (const std::string& path : config.sensors().local_mounts()) removable.local_mounts.push_back(path);
  removable.cloud_folders = CloudFolders(config);
  Sensors sensors{platform::MakeProcessInfo(), platform::MakeFileEvents(EventOptions(config)),
                  platform::MakeRemovableMedia(removable)};
  if (const std::string& record = config.sensors().record(); !record.empty()) {
    sensors.files = platform::RecordFileEvents(std::move(sensors.files), *sensors.processes, record);
  }
  sensors.events_held_open = platform::EventsHeldOpen();
  const auto programs = platform::LoadKernelPrograms();
  sensors.process_events = platform::MakeProcessEvents(programs);
  sensors.network = platform::MakeNetworkGuard(programs);
  sensors.writes = platform::MakeWriteGuard(programs);
  return sensors;
}

// Beside this program.
std::string DefaultInspector() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "/usr/bin/vigie-inspector" : (self.parent_path() / "vigie-inspector").string();
}

inspection::InspectorPoolOptions PoolOptions(const v1::AgentConfig& config) {
  inspection::InspectorPoolOptions options;
  const v1::AgentConfig::Inspector& inspector = config.inspector();
  options.executable = inspector.executable().empty() ? DefaultInspector() : inspector.executable();
  options.processes = inspector.processes();
  for (const auto& index : config.indexes()) options.indexes.push_back({index.file(), index.key()});
  options.budget.set_bytes(inspector.byte_limit());
  options.budget.set_ocr(inspector.ocr());
  const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(contract::FromProto(inspector.time_limit()));
  options.budget.set_milliseconds(static_cast<std::uint32_t>(limit.count()));
  return options;
}

v1::IndexStatus StatusOf(const customers::IndexInfo& info) {
  v1::IndexStatus status;
  status.set_ledger(info.ledger);
  status.set_state(info.state);
  status.set_deltas(info.deltas);
  status.set_records(info.records);
  google::protobuf::Timestamp built_at;
  built_at.set_seconds(info.built_at);
  if (contract::IsSane(built_at)) *status.mutable_built_at() = built_at;
  return status;
}

Result<std::vector<v1::IndexStatus>> ReadIndexes(const v1::AgentConfig& config, platform::FileSystem& files) {
  std::vector<v1::IndexStatus> indexes;
  for (const auto& index : config.indexes()) {
    const auto file = files.OpenForReading(index.file());
    if (!file) return file.error().Wrap("customer index");
    const auto info = customers::CustomerIndex::ReadInfo(*file);
    if (!info) return info.error().Wrap("customer index " + index.file());
    indexes.push_back(StatusOf(*info));
  }
  return indexes;
}

// What it inspected without reading pictures, or up to another limit, says nothing of what it would find now.
std::string InspectionVersion(const v1::AgentConfig::Inspector& config, const std::vector<v1::IndexStatus>& indexes) {
  std::string version = VIGIE_VERSION;
  for (const v1::IndexStatus& index : indexes) version += "/" + index.state();
  if (config.ocr()) version += "/ocr";
  if (config.byte_limit() > 0) version += fmt::format("/up to {}", config.byte_limit());
  return version;
}

// A pool and what it needs to live.
struct PoolBundle {
  explicit PoolBundle(platform::ThreadPriority priority) : launcher(platform::MakeWorkerLauncher(priority)) {}
  std::unique_ptr<platform::WorkerLauncher> launcher;
  std::unique_ptr<inspection::InspectorPool> pool;
};

using Pools = std::vector<std::shared_ptr<PoolBundle>>;

v1::SensorHealth HealthOf(const Pools& pools) {
  inspection::InspectorPoolCounts counts;
  for (const auto& one : pools) {
    const auto more = one->pool->counts();
    counts.inspected += more.inspected;
    counts.restarts += more.restarts;
    counts.failures += more.failures;
  }
  v1::SensorHealth health = health::Running("inspector");
  if (counts.failures > 0) {
    health = health::Degraded(
        "inspector", fmt::format("{} files made it fail; it was restarted {} times", counts.failures, counts.restarts));
  }
  health.set_produced(counts.inspected);
  health.set_delivered(counts.inspected - std::min(counts.inspected, counts.failures));
  health.set_lost(std::min(counts.inspected, counts.failures));
  return health;
}

class BundledInspector final : public inspection::ContentInspector {
 public:
  explicit BundledInspector(std::shared_ptr<PoolBundle> bundle) : bundle_(std::move(bundle)) {}
  v1::Inspection Inspect(const base::FileDescriptor& content, base::Deadline deadline) override {
    return bundle_->pool->Inspect(content, deadline);
  }

 private:
  const std::shared_ptr<PoolBundle> bundle_;
};

Result<std::shared_ptr<PoolBundle>> OpenPool(inspection::InspectorPoolOptions options, platform::FileSystem& files,
                                             platform::ThreadPriority priority) {
  auto bundle = std::make_shared<PoolBundle>(priority);
  auto pool = inspection::InspectorPool::Create(std::move(options), *bundle->launcher, files);
  if (!pool) return pool.error();
  bundle->pool = *std::move(pool);
  return bundle;
}

// Three pools: nobody who waits may stand behind what nobody waits for.
Result<Inspector> OpenPools(const v1::AgentConfig& config, platform::FileSystem& files,
                            std::function<void(std::int32_t)> started) {
  auto indexes = ReadIndexes(config, files);
  if (!indexes) return indexes.error();
  auto options = PoolOptions(config);
  options.on_worker_started = std::move(started);
  options.kept_ready = options.processes;
  auto just_in_time = OpenPool(options, files, platform::ThreadPriority::kUrgent);
  if (!just_in_time) return just_in_time.error();
  options.kept_ready = 0;
  options.prove_ready = false;  // the first one has proved it, and on a busy machine this takes its time
  options.processes = 4;        // two threads that share many new files, a large file, and what goes out
  auto promptly = OpenPool(options, files, platform::ThreadPriority::kYielding);
  if (!promptly) return promptly.error();
  options.processes = 2;  // a large file, and all others
  auto at_leisure = OpenPool(options, files, platform::ThreadPriority::kSpare);
  if (!at_leisure) return at_leisure.error();
  // At a stop what was allowed late, or went out, is inspected to its end and told: that pool is not abandoned.
  const Pools pools = {*just_in_time, *promptly, *at_leisure};
  return Inspector{std::make_unique<BundledInspector>(*just_in_time),
                   std::make_unique<BundledInspector>(*promptly),
                   std::make_unique<BundledInspector>(*at_leisure),
                   InspectionVersion(config.inspector(), *indexes),
                   *indexes,
                   [pools] { return HealthOf(pools); },
                   [spare = *at_leisure] { spare->pool->Abandon(); },
                   [pools](const v1::Policy& policy) {
                     for (const auto& one : pools) one->pool->UseDetectors(policy.detectors());
                   }};
}

}  // namespace

AgentPlatform MakePlatform(const v1::AgentConfig& config) {
  AgentPlatform machine;
  machine.file_system = platform::MakeFileSystem();
  machine.host = platform::MakeHostInfo();
  machine.names = platform::MakeNameResolver();
  machine.open_sensors = [config](std::uint64_t after_position) {
    return config.sensors().replay().empty() ? SystemSensors(config) : ReplaySensors(config, after_position);
  };
  machine.open_inspector = [config, &files = *machine.file_system](std::function<void(std::int32_t)> started) {
    return OpenPools(config, files, std::move(started));
  };
  return machine;
}

}  // namespace vigie::agent
