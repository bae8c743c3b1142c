#include "agent/agent.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "agent/absence.h"
#include "agent/agent_parts.h"
#include "agent/background_work.h"
#include "agent/destination_resolver.h"
#include "agent/uplink/uplink.h"
#include "platform/base/bounded_queue.h"
#include "platform/base/logging.h"
#include "platform/thread_priority.h"
#include "proto/contract/time_conversion.h"

namespace vigie::agent {
namespace {

constexpr int kDecisionThreads = 2;
constexpr auto kTick = std::chrono::seconds(1);
// An fsync each; so much earlier a gap may begin than the agent ended.
constexpr auto kSignOfLife = std::chrono::seconds(30);

// A thread that nothing escapes from: what a bug throws ends the process with a sentence, and the service manager
// starts it anew.
template <typename Body>
std::jthread StartThread(const char* name, Body body) {
  return std::jthread([name, body = std::move(body)](const std::stop_token& stop) {
    try {
      body(stop);
    } catch (const std::exception& error) {
      base::LogError("the {} thread failed: {}", name, error.what());
      std::terminate();
    }
  });
}

// Somebody waits for each of this thread's steps. They are short: what is long are inspections, which have processes
// and priorities of their own.
void GoFirst() {
  const auto set = platform::SetThreadPriority(platform::ThreadPriority::kUrgent);
  if (!set) base::LogWarning("on a busy machine openers wait longer: {}", set.error().message);
}

std::function<double()> RandomShare() {
  return [engine = std::mt19937_64(std::random_device()()),
          share = std::uniform_real_distribution<double>()]() mutable { return share(engine); };
}

}  // namespace

class Agent::Impl {
 public:
  Impl(std::unique_ptr<AgentParts> parts, Setup setup)
      : parts_(std::move(parts)),
        agent_id_(std::move(setup.agent_id)),
        streams_(std::move(setup.streams)),
        seal_(std::move(setup.seal)),
        uplink_(UplinkParts()),
        background_(BackgroundParts()) {
    if (parts_->platform.names && parts_->sensors.network) {
      destinations_.emplace(
          DestinationResolver::Parts{parts_->active_policy, *parts_->platform.names, parts_->sensors.network.get()});
    }
    parts_->spool->OnAppended([this] { uplink_.Wake(); });
  }

  void Run(platform::ServiceHost& host) {
    StartThreads();
    watching_ = StartSensors();
    PrepareAbsence();
    host.Ready("watching");
    base::LogInfo("agent {} watches, boot epoch {}", agent_id_, parts_->spool->boot_epoch());
    Tick(host);
    host.Stopping();
    StopAll();
    base::LogInfo("agent {} has stopped", agent_id_);
  }

 private:
  void StartThreads() {
    for (int i = 0; i < kDecisionThreads; ++i) {
      threads_.push_back(StartThread("decision", [this](const std::stop_token& stop) {
        GoFirst();
        while (auto access = parts_->file_sensor.NextAccess(stop)) parts_->pipeline->HandleAccess(*std::move(access));
      }));
    }
    threads_.push_back(StartThread("outgoing", [this](const std::stop_token& stop) {
      while (auto event = parts_->file_sensor.NextUrgentEvent(stop)) parts_->pipeline->HandleEvent(*std::move(event));
    }));
    threads_.push_back(StartThread("shares", [this](const std::stop_token& stop) { WatchShares(stop); }));
    // Behind no inspection: at once is said of what was refused.
    threads_.push_back(
        StartThread("connections", [this](const std::stop_token& stop) { parts_->connections.Run(stop); }));
    threads_.push_back(
        StartThread("refused writes", [this](const std::stop_token& stop) { parts_->refused_writes.Run(stop); }));
    threads_.push_back(StartThread("background", [this](const std::stop_token& stop) { background_.Run(stop); }));
    threads_.push_back(StartThread("large files", [this](const std::stop_token& stop) { background_.RunLarge(stop); }));
    if (destinations_) {
      threads_.push_back(
          StartThread("destinations", [this](const std::stop_token& stop) { destinations_->Run(stop); }));
    }
    uplink_thread_ = StartThread("uplink", [this](const std::stop_token& stop) { uplink_.Run(stop); });
  }

  // Whether files are watched.
  bool StartSensors() {
    const auto media = parts_->sensors.media->Start({[this](const platform::Medium& medium) { Attach(medium); },
                                                     [this](const platform::Medium& medium) { Detach(medium); }});
    if (!media) parts_->troubles.Lock()->media = media.error().message;
    for (const std::string& path : parts_->config.watch()) {
      const auto watched = parts_->sensors.files->Watch(path);
      if (!watched) parts_->troubles.Lock()->file_events = "watch " + path + ": " + watched.error().message;
    }
    StartCarrierSensors();
    WatchScreenshotPrograms();
    const auto remembered =
        parts_->verdicts->ForEachWatched([this](const auto& path) { parts_->pipeline->WatchAgain(path); });
    if (!remembered) base::LogError("{}", remembered.error().message);
    const auto derived = parts_->derived->ForEachPath([this](const auto& path) { parts_->pipeline->WatchAgain(path); });
    if (!derived) base::LogError("{}", derived.error().message);
    const auto started = parts_->sensors.files->Start(parts_->file_sensor);
    if (started) return parts_->troubles.Lock()->file_events.empty();
    auto troubles = parts_->troubles.Lock();
    troubles->file_events = started.error().message;
    troubles->file_events_unsupported = true;
    return false;
  }

  // First those who tell of new processes, so that none is born between them and the look at all that run.
  void StartCarrierSensors() {
    if (!parts_->config.sensors().replay().empty()) return;
    if (parts_->sensors.process_events) {
      const auto started = parts_->sensors.process_events->Start(parts_->carriers);
      if (!started) parts_->troubles.Lock()->process_events = started.error().message;
    }
    if (parts_->sensors.network) {
      const auto started = parts_->sensors.network->Start(parts_->network_sensor);
      if (!started) parts_->troubles.Lock()->network = started.error().message;
    }
    if (parts_->sensors.writes) {
      const auto started = parts_->sensors.writes->Start(parts_->refused_writes);
      if (!started) parts_->troubles.Lock()->writes = started.error().message;
    }
    parts_->carriers.Rebuild();
  }

  // Again now and then: an update brings new files.
  void WatchScreenshotPrograms() {
    if (!parts_->config.sensors().replay().empty()) return;
    for (const std::string& path : sensor::ScreenshotPrograms()) parts_->pipeline->WatchAgain(path);
  }

  // A recording waits for us; the machine did not. An agent that watches nothing is absent still.
  void PrepareAbsence() {
    const auto& absence = parts_->spool->absence();
    if (!absence || !watching_) return;
    if (!parts_->config.sensors().replay().empty()) return Note(parts_->spool->AbsenceTold());
    absence_ = AbsenceGap(*absence, {.booted_at = parts_->host.booted_at, .watches_from = parts_->clock.Now()});
  }

  // Again until there is room for it.
  void TellAbsence() {
    if (!absence_ || !parts_->reporter.TellGap(*absence_)) return;
    Note(parts_->spool->AbsenceTold());
    absence_.reset();
  }

  // Where the seam knows it already nobody asks a server that may not answer.
  std::uint64_t DeviceOf(const platform::Medium& medium) const {
    if (medium.device_number != 0) return medium.device_number;
    const auto status = parts_->platform.file_system->StatusOf(medium.mount_point);
    return status ? status->identity.device : 0;
  }

  struct PlaceChange {
    platform::Medium place;
    bool attached = false;
  };

  // A share's server may not answer: whoever asks it must be somebody for whom nobody waits.
  void Attach(const platform::Medium& medium) {
    const bool share = medium.kind == platform::MediumKind::kNetworkShare;
    const auto device = medium.kind == platform::MediumKind::kCloudFolder ? 0 : DeviceOf(medium);
    parts_->media.Add(medium, device);
    if (parts_->places.Attach(medium, device)) parts_->carriers.JudgeAgain();
    if (!share) return WatchPlace(medium);
    if (!share_changes_.Push({medium, true})) parts_->troubles.Lock()->media = "too many shares at once";
  }

  void Detach(const platform::Medium& medium) {
    parts_->media.Remove(medium.mount_point);
    parts_->places.Detach(medium.mount_point);
    const bool share = medium.kind == platform::MediumKind::kNetworkShare;
    if (share && share_changes_.Push({medium, false})) return;
    parts_->sensors.files->UnwatchMedium(medium.mount_point);
  }

  void WatchPlace(const platform::Medium& medium) {
    const bool folder = medium.kind == platform::MediumKind::kCloudFolder;
    platform::FileEvents& files = *parts_->sensors.files;
    const auto watched = folder ? files.WatchFolder(medium.mount_point) : files.WatchMedium(medium.mount_point);
    parts_->troubles.Lock()->media = watched ? "" : "medium at " + medium.mount_point + ": " + watched.error().message;
    base::LogInfo("medium {} at {} is {}", medium.name, medium.mount_point, watched ? "watched" : "not watched");
  }

  void WatchShares(const std::stop_token& stop) {
    while (const auto change = share_changes_.Pop(stop)) {
      if (change->attached) WatchPlace(change->place);
      if (!change->attached) parts_->sensors.files->UnwatchMedium(change->place.mount_point);
    }
  }

  void Tick(platform::ServiceHost& host) {
    std::mutex mutex;
    std::condition_variable_any waiting;
    const std::stop_token stop = host.stop_token();
    std::unique_lock lock(mutex);
    auto next_sign = base::Deadline::After(kSignOfLife);
    while (!stop.stop_requested()) {
      host.Alive();
      TellAbsence();
      DropEndedBlocks();
      parts_->thresholds.Sweep();
      if (parts_->thresholds.TakeChange()) parts_->carriers.JudgeAgain();
      if (watching_ && next_sign.expired()) {
        Note(parts_->spool->NoteAlive());
        next_sign = base::Deadline::After(kSignOfLife);
        WatchScreenshotPrograms();
      }
      if (parts_->board.NoteChanges()) uplink_.TellHealth();
      waiting.wait_for(lock, stop, kTick, [] { return false; });
    }
  }

  static void Note(const base::Result<void>& noted) {
    if (!noted) base::LogWarning("the next start may tell a wrong gap: {}", noted.error().message);
  }

  // Sensors first, so that nothing new comes in; the uplink last, so that what was told can still leave.
  void StopAll() {
    const auto watched_until = parts_->clock.Now();
    parts_->sensors.media->Stop();
    parts_->sensors.files->Stop();
    if (parts_->sensors.process_events) parts_->sensors.process_events->Stop();
    if (parts_->sensors.network) parts_->sensors.network->Stop();
    if (parts_->sensors.writes) parts_->sensors.writes->Stop();
    for (std::jthread& thread : threads_) thread.request_stop();
    if (parts_->inspector.abandon) parts_->inspector.abandon();
    threads_.clear();
    if (watching_) Note(parts_->spool->NoteStopped(watched_until));
    uplink_thread_.request_stop();
    uplink_thread_ = {};
  }

  v1::Hello MakeHello() const {
    v1::Hello hello;
    hello.set_agent_id(agent_id_);
    hello.set_host(parts_->host.name);
    hello.set_operating_system(parts_->host.operating_system);
    hello.set_kernel(parts_->host.kernel);
    hello.set_version(VIGIE_VERSION);
    hello.set_boot_epoch(parts_->spool->boot_epoch());
    hello.set_policy_version(parts_->active_policy.version());
    *hello.mutable_at() = contract::ToProto(parts_->clock.Now());
    return hello;
  }

  v1::Heartbeat MakeHeartbeat() const {
    v1::Heartbeat heartbeat;
    *heartbeat.mutable_at() = contract::ToProto(parts_->clock.Now());
    for (v1::SensorHealth& health : parts_->board.Collect()) *heartbeat.add_sensors() = std::move(health);
    const spool::SpoolCounts counts = parts_->spool->counts();
    heartbeat.set_spooled_events(counts.events);
    heartbeat.set_spooled_bytes(counts.bytes);
    heartbeat.set_policy_version(parts_->active_policy.version());
    const auto& indexes = parts_->inspector.indexes;
    heartbeat.mutable_indexes()->Add(indexes.begin(), indexes.end());
    for (std::string& order : parts_->blocks.Orders()) *heartbeat.add_blocks() = std::move(order);
    return heartbeat;
  }

  void AdoptPolicy(v1::Policy policy) {
    const std::uint32_t version = policy.version();
    const auto adopted = parts_->active_policy.Adopt(std::move(policy));
    parts_->troubles.Lock()->policy = adopted ? "" : adopted.error().message;
    if (adopted && parts_->UsePolicyFindings()) background_.Rediscover();
    if (adopted) parts_->UsePolicyThresholds();
    if (adopted) parts_->carriers.JudgeAgain();
    if (adopted && destinations_) destinations_->Wake();
    if (adopted) base::LogInfo("policy {} is in force", version);
    if (!adopted) base::LogError("policy {}: {}", version, adopted.error().message);
    uplink_.TellHealth();
  }

  void ReplaceBlocks(v1::ChannelBlocks blocks) {
    const auto replaced = parts_->blocks.Replace(std::move(blocks));
    if (!replaced) base::LogError("blocks of channels hold until the next restart only: {}", replaced.error().message);
    parts_->thresholds.NoteList();
    parts_->carriers.JudgeAgain();
    uplink_.TellHealth();
  }

  void DropEndedBlocks() {
    const auto dropped = parts_->blocks.DropEnded();
    if (!dropped) base::LogError("a block of channels has ended, but stays in its file: {}", dropped.error().message);
    if (dropped && !*dropped) return;
    parts_->carriers.JudgeAgain();
    uplink_.TellHealth();
  }

  uplink::Uplink::Parts UplinkParts() {
    return {.streams = *streams_,
            .source = parts_->spool_source,
            .clock = parts_->clock,
            .hello = [this] { return MakeHello(); },
            .heartbeat = [this] { return MakeHeartbeat(); },
            .on_policy = [this](v1::Policy policy) { AdoptPolicy(std::move(policy)); },
            .on_blocks = [this](v1::ChannelBlocks blocks) { ReplaceBlocks(std::move(blocks)); },
            .random = RandomShare(),
            .seal = seal_};
  }

  BackgroundWork::Parts BackgroundParts() {
    return {.sensor = parts_->file_sensor,
            .pipeline = *parts_->pipeline,
            .reporter = parts_->reporter,
            .discovery = parts_->discovery,
            .verdicts = *parts_->verdicts,
            .contents = *parts_->contents,
            .carriers = parts_->carriers,
            .marks = parts_->marks,
            .network = parts_->network_sensor,
            .refused_writes = parts_->refused_writes,
            .host = *parts_->platform.host,
            .clock = parts_->clock,
            .processes_are_live = parts_->config.sensors().replay().empty()};
  }

  const std::unique_ptr<AgentParts> parts_;
  const std::string agent_id_;
  const std::unique_ptr<uplink::EventStreamFactory> streams_;
  const std::function<void(v1::EventBatch&)> seal_;
  uplink::Uplink uplink_;
  BackgroundWork background_;
  std::optional<DestinationResolver> destinations_;
  base::BoundedQueue<PlaceChange> share_changes_{256, base::OverflowPolicy::kReject};
  bool watching_ = false;
  std::optional<v1::Gap> absence_;  // to be told
  std::vector<std::jthread> threads_;
  std::jthread uplink_thread_;
};

Agent::Agent(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
}
Agent::~Agent() = default;

base::Result<std::unique_ptr<Agent>> Agent::Create(Setup setup) {
  auto parts = AgentParts::Open(setup.config, setup.agent_id, std::move(setup.platform), setup.clock);
  if (!parts) return parts.error();
  auto impl = std::make_unique<Impl>(*std::move(parts), std::move(setup));
  return std::unique_ptr<Agent>(new Agent(std::move(impl)));
}

void Agent::Run(platform::ServiceHost& host) {
  impl_->Run(host);
}

}  // namespace vigie::agent
