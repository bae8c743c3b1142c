#include "agent/agent_parts.h"

#include <utility>

#include "agent/policy/protected_content.h"
#include "platform/base/logging.h"
#include "proto/contract/time_conversion.h"
#include "vigie/v1/inspector.pb.h"

namespace vigie::agent {
namespace {

using base::Result;

constexpr std::uint64_t kMostContents = 200'000;  // some 50 MB on the disk

sensor::ChannelTable Channels(const v1::AgentConfig::Sensors& config) {
  sensor::ChannelTable table = sensor::ChannelTable::BuiltIn();
  const auto replace = [&](v1::Channel channel, const auto& programs) {
    if (!programs.empty()) table.Replace(channel, {programs.begin(), programs.end()});
  };
  replace(v1::CHANNEL_NETWORK_TRANSFER, config.transfer_programs());
  replace(v1::CHANNEL_ARCHIVE, config.archive_programs());
  for (const auto& program : config.programs()) table.Set(program.name(), program.channel());
  return table;
}

inspect::DiscoveryOptions DiscoverIn(const v1::AgentConfig& config) {
  inspect::DiscoveryOptions options;
  options.roots = {config.watch().begin(), config.watch().end()};
  options.excluded = {config.state(), "/proc", "/sys", "/dev", "/run"};
  return options;
}

PipelineOptions OptionsOf(const v1::AgentConfig& config) {
  const bool closed = config.sensors().fail_mode() == v1::AgentConfig::FAIL_MODE_CLOSED;
  return {.fail_answer = closed ? platform::Answer::kDeny : platform::Answer::kAllow,
          .inspection_time = contract::FromProto(config.inspector().time_limit())};
}

// FNV-1a (draft-eastlake-fnv): the same over restarts, and the policy's author is no attacker.
std::string Fingerprint(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return std::to_string(hash);
}

}  // namespace

Result<std::unique_ptr<AgentParts>> AgentParts::Open(const v1::AgentConfig& config, const std::string& agent_id,
                                                     AgentPlatform platform, const base::Clock& clock) {
  if (auto made = platform.file_system->MakeDirectories(config.state(), 0700); !made) return made.error();
  auto host = platform.host->Describe();
  if (!host) return host.error();
  const spool::SpoolOptions limits{
      .agent_id = agent_id,
      .byte_cap = config.spool().byte_limit(),
      .age_cap = std::chrono::duration_cast<std::chrono::hours>(contract::FromProto(config.spool().age_limit()))};
  auto spool = spool::EventSpool::Open(config.state() + "/spool.db", limits, clock);
  if (!spool) return spool.error();
  auto sensors = platform.open_sensors((*spool)->last_position());
  if (!sensors) return sensors.error();
  auto parts = std::make_unique<AgentParts>(config, std::move(platform), *std::move(host), *std::move(spool),
                                            *std::move(sensors), clock);
  if (auto loaded = parts->LoadPolicy(); !loaded) return loaded.error();
  if (auto opened = parts->OpenInspection(); !opened) return opened.error();
  parts->RestoreMemory();
  AddHealthSources(*parts);
  return parts;
}

AgentParts::AgentParts(v1::AgentConfig configuration, AgentPlatform machine, platform::HostDescription described,
                       std::unique_ptr<spool::EventSpool> event_spool, Sensors opened, const base::Clock& time)
    : config(std::move(configuration)),
      clock(time),
      platform(std::move(machine)),
      host(std::move(described)),
      spool(std::move(event_spool)),
      spool_source(*spool),
      sensors(std::move(opened)),
      processes(*sensors.processes),
      classifier(Channels(config.sensors()), host.name),
      marks(*sensors.files),
      new_files(
          time,
          [this] {
            const auto note = [this](const auto& fork) { new_files.NoteForked(fork); };
            return sensors.process_events && sensors.process_events->CatchUp(note);
          },
          [this](std::int32_t pid) { return sensors.processes->PendingOpenMode(pid); }),
      file_sensor(
          time,
          {.changed = [this](const platform::FileEvent& closed) { NoteWritten(closed); },
           .created_matters = [this](const auto& file) { return derived->Holds(file); },
           .urgent = [this](const auto& event) { return event.on_medium || media.Holding(event.path).has_value(); },
           .seen = [this](const auto& event) { NoteNewFile(event); },
           .let_through = [this](const auto& opening) { return !opening.on_medium && new_files.LetThrough(opening); },
           .missed = [this] { new_files.NoteGap(); }},
          {.descriptors = sensors.events_held_open}),
      network_sensor(time, [this](const platform::PipeReader& reader) { carriers.NotePipeReader(reader); }),
      active_policy(*platform.file_system, config.state()),
      blocks(*platform.file_system, time, config.state()),
      thresholds(blocks, time),
      policy(active_policy, blocks),
      reporter(*spool, &thresholds),
      screen(taints, *sensors.processes),
      chains(*sensors.processes),
      places({sensors.writes.get(), policy, classifier, time}),
      guard({sensors.network.get(), policy, classifier, time, &places}),
      carriers({*sensors.processes, taints, guard, chains, time,
                [this](const v1::Inspection& content) {
                  return policy::IsProtected(active_policy.current().get(), content);
                },
                host.booted_at, &processes, &new_files}),
      connections({network_sensor, processes, carriers, guard, policy, reporter, time}),
      refused_writes({processes, carriers, places, classifier, policy, reporter, time}),
      discovery(*platform.file_system, DiscoverIn(config)) {
}

// The sensor's thread: only what takes no time.
void AgentParts::NoteWritten(const platform::FileEvent& closed) {
  writes.Note(closed);
  marks.Set(closed.content, true);
}

void AgentParts::NoteNewFile(const platform::FileEvent& event) {
  if (event.kind == platform::FileEventKind::kClosedAfterWrite) return new_files.NoteWritten(event);
  const bool on_way_out = event.on_medium || media.Holding(event.path).has_value();
  if (event.kind == platform::FileEventKind::kRenamed) return new_files.NoteRenamed(event, on_way_out);
  new_files.NoteCreated(event, on_way_out);
}

Result<void> AgentParts::LoadPolicy() {
  if (auto loaded = active_policy.Load(config.policy()); !loaded) return loaded.error().Wrap("policy");
  if (const auto loaded = blocks.Load(); !loaded) base::LogError("{}", loaded.error().message);
  return {};
}

bool AgentParts::UsePolicyFindings() {
  const auto current = active_policy.current();
  if (!current) return false;
  const bool judged_anew = inspection->UsePolicy(current->source());
  if (!inspector.use_policy) return judged_anew;
  // What was found with other detectors says nothing about these, and what is being inspected meanwhile nothing of
  // either.
  v1::InspectorSetup detectors;
  *detectors.mutable_detectors() = current->source().detectors();
  const auto bytes = detectors.SerializeAsString();
  const auto version = bytes.empty() ? inspector.version : inspector.version + "/detectors " + Fingerprint(bytes);
  const bool other_detectors = verdicts->LeaveVersionFor(version);
  contents->LeaveVersionFor(version);
  inspector.use_policy(current->source());
  verdicts->UseVersion(version);
  contents->UseVersion(version);
  return judged_anew || other_detectors;
}

Result<void> AgentParts::OpenInspection() {
  auto opened = platform.open_inspector([this](std::int32_t pid) { sensors.files->Exempt(pid); });
  if (!opened) return opened.error().Wrap("inspector");
  inspector = *std::move(opened);
  const auto host_key = seal::HostKey::LoadOrMake(config.state() + "/host.key");  // the spool's
  if (!host_key) return host_key.error();
  auto index =
      inspect::VerdictIndex::Open(config.state() + "/verdicts.db", host_key->key, {.version = inspector.version});
  if (!index) return index.error();
  verdicts = *std::move(index);
  auto known = inspect::VerdictIndex::Open(config.state() + "/contents.db", host_key->key,
                                           {.version = inspector.version, .max_rows = kMostContents});
  if (!known) return known.error();
  contents = *std::move(known);
  just_in_time.emplace(*inspector.inspector, *contents, host_key->key, familiarity, true);
  promptly.emplace(*inspector.promptly, *contents, host_key->key, familiarity);
  at_leisure.emplace(*inspector.at_leisure, *contents, host_key->key, familiarity);
  auto derived_files = inspect::DerivedIndex::Open(config.state() + "/derived.db", host_key->key);
  if (!derived_files) return derived_files.error();
  derived = *std::move(derived_files);
  const inspect::InspectionStage::Inspectors inspectors{*just_in_time, *promptly, *at_leisure};
  inspection = std::make_unique<inspect::InspectionStage>(inspectors, *verdicts, *derived);
  (void)UsePolicyFindings();
  derivations = std::make_unique<Derivations>(Derivations::Parts{processes, carriers, *inspection, writes});
  pipeline = std::make_unique<Pipeline>(Stages{.files = *platform.file_system,
                                               .process_info = *sensors.processes,
                                               .processes = processes,
                                               .media = media,
                                               .classifier = classifier,
                                               .inspection = *inspection,
                                               .policy = policy,
                                               .carriers = carriers,
                                               .derivations = *derivations,
                                               .new_files = new_files,
                                               .screen = screen,
                                               .marks = marks,
                                               .reporter = reporter},
                                        OptionsOf(config));
  return {};
}

void AgentParts::UsePolicyThresholds() {
  thresholds.UsePolicy(active_policy.current().get(), [this] {
    auto events = spool->Recollect();
    if (!events) return policy::LocalThresholds::Memory();
    return policy::LocalThresholds::Memory{std::move(events->acknowledged), std::move(events->waiting)};
  });
}

void AgentParts::RestoreMemory() {
  UsePolicyThresholds();
  const auto events = spool->Remembered();
  if (!events) {
    base::LogError("what was told before is not known: {}", events.error().message);
    return;
  }
  for (const v1::Event& event : *events) pipeline->Restore(event);
}

}  // namespace vigie::agent
