#pragma once

#include <memory>
#include <optional>
#include <string>

#include "agent/agent_platform.h"
#include "agent/carrier_guard.h"
#include "agent/carriers.h"
#include "agent/connection_reporter.h"
#include "agent/derivations.h"
#include "agent/enforce/marks.h"
#include "agent/event_reporter.h"
#include "agent/health/health_board.h"
#include "agent/inspect/derived_index.h"
#include "agent/inspect/discovery.h"
#include "agent/inspect/inspection_stage.h"
#include "agent/inspect/known_contents.h"
#include "agent/inspect/verdict_index.h"
#include "agent/lineage/new_files.h"
#include "agent/lineage/recent_writes.h"
#include "agent/lineage/taint_table.h"
#include "agent/pipe_chains.h"
#include "agent/pipeline.h"
#include "agent/place_guard.h"
#include "agent/policy/local_thresholds.h"
#include "agent/policy/policy_stage.h"
#include "agent/refused_writes.h"
#include "agent/screen_content.h"
#include "agent/sensor/activity_classifier.h"
#include "agent/sensor/file_sensor.h"
#include "agent/sensor/media_table.h"
#include "agent/sensor/network_sensor.h"
#include "agent/sensor/process_table.h"
#include "agent/spool/event_spool.h"
#include "agent/spool_source.h"
#include "platform/base/clock.h"
#include "platform/base/guarded.h"

namespace vigie::agent {

// Why a sensor does less than it should, as it turned out; read by health.
struct Troubles {
  std::string file_events;  // empty: it runs
  bool file_events_unsupported = false;
  std::string media;
  std::string policy;
  std::string process_events;  // empty: it runs
  std::string network;         // empty: it runs
  std::string writes;          // empty: it runs
};

// Every stage, wired. Members stand in the order of their dependencies. Thread-safe as far as its members are.
struct AgentParts {
  // Opens what can fail: spool, sensors, inspector, verdict index, policy.
  static base::Result<std::unique_ptr<AgentParts>> Open(const v1::AgentConfig& config, const std::string& agent_id,
                                                        AgentPlatform platform, const base::Clock& clock);

  AgentParts(v1::AgentConfig configuration, AgentPlatform machine, platform::HostDescription described,
             std::unique_ptr<spool::EventSpool> event_spool, Sensors sensors, const base::Clock& time);

  base::Result<void> OpenInspection();
  base::Result<void> LoadPolicy();
  // After the policy changed: its own detectors are looked for from now on. Thread-safe.
  // True if files may have another standing than before, or what was found in them says nothing any more.
  bool UsePolicyFindings();
  void NoteWritten(const platform::FileEvent& closed);
  void NoteNewFile(const platform::FileEvent& event);
  // After the policy changed. Thread-safe.
  void UsePolicyThresholds();
  // Takes over what the last life of the agent knew.
  void RestoreMemory();

  v1::AgentConfig config;
  const base::Clock& clock;
  AgentPlatform platform;
  platform::HostDescription host;
  std::unique_ptr<spool::EventSpool> spool;
  SpoolSource spool_source;
  Sensors sensors;

  sensor::ProcessTable processes;
  sensor::MediaTable media;
  sensor::ActivityClassifier classifier;
  enforce::Marks marks;
  lineage::RecentWrites writes;
  lineage::NewFiles new_files;
  sensor::FileSensor file_sensor;
  sensor::NetworkSensor network_sensor;

  policy::ActivePolicy active_policy;
  policy::ChannelBlockList blocks;
  policy::LocalThresholds thresholds;
  policy::PolicyStage policy;
  EventReporter reporter;

  lineage::TaintTable taints;
  ScreenContent screen;
  PipeChains chains;
  PlaceGuard places;
  CarrierGuard guard;
  Carriers carriers;
  ConnectionReporter connections;
  RefusedWrites refused_writes;

  Inspector inspector;
  std::unique_ptr<inspect::VerdictIndex> verdicts;
  std::unique_ptr<inspect::VerdictIndex> contents;  // in place of files; see KnownContents
  inspect::Familiarity familiarity;
  std::optional<inspect::KnownContents> just_in_time;
  std::optional<inspect::KnownContents> promptly;
  std::optional<inspect::KnownContents> at_leisure;
  std::unique_ptr<inspect::DerivedIndex> derived;
  std::unique_ptr<inspect::InspectionStage> inspection;
  std::unique_ptr<Derivations> derivations;
  inspect::Discovery discovery;
  std::unique_ptr<Pipeline> pipeline;

  base::Guarded<Troubles> troubles;
  health::HealthBoard board;
};

// Adds the sources of health that the parts have.
void AddHealthSources(AgentParts& parts);

}  // namespace vigie::agent
