#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/inspection/content_inspector.h"
#include "platform/base/result.h"
#include "platform/file_events.h"
#include "platform/file_system.h"
#include "platform/host_info.h"
#include "platform/name_resolver.h"
#include "platform/network_guard.h"
#include "platform/process_events.h"
#include "platform/process_info.h"
#include "platform/removable_media.h"
#include "platform/write_guard.h"
#include "vigie/v1/agent_config.pb.h"
#include "vigie/v1/agent_service.pb.h"
#include "vigie/v1/policy.pb.h"

namespace vigie::agent {

struct Sensors {
  std::unique_ptr<platform::ProcessInfo> processes;  // outlives `files`, which may describe processes
  std::unique_ptr<platform::FileEvents> files;
  std::unique_ptr<platform::RemovableMedia> media;
  // Null: a recording has none.
  std::unique_ptr<platform::ProcessEvents> process_events = nullptr;
  std::unique_ptr<platform::NetworkGuard> network = nullptr;
  std::unique_ptr<platform::WriteGuard> writes = nullptr;
  std::size_t events_held_open = 1024;  // so many that wait may keep their file and process open
};

struct Inspector {
  std::unique_ptr<inspection::ContentInspector> inspector;   // of what somebody waits for
  std::unique_ptr<inspection::ContentInspector> promptly;    // of what nobody waits for, and shall not rest
  std::unique_ptr<inspection::ContentInspector> at_leisure;  // of all else
  std::string version;                       // changes when it may find something else: build and customer indexes
  std::vector<v1::IndexStatus> indexes;      // that it found when it was opened
  std::function<v1::SensorHealth()> health;  // valid as long as the inspectors
  // Ends what is being inspected at leisure, for good: the agent stops. Null = there is nothing to end.
  std::function<void()> abandon = {};
  // Detectors of a new policy; null = this inspector knows none of policies.
  std::function<void(const v1::Policy&)> use_policy = {};
};

// The machine, as the agent needs it. What depends on what the agent has found so far is opened by a function.
struct AgentPlatform {
  std::unique_ptr<platform::FileSystem> file_system;
  std::unique_ptr<platform::HostInfo> host;
  std::unique_ptr<platform::NameResolver> names = nullptr;  // null: destinations by name are not resolved
  // Recorded events up to and including `after_position` are done already (0: none).
  std::function<base::Result<Sensors>(std::uint64_t after_position)> open_sensors;
  // `started` is called with the pid of each process that inspects.
  std::function<base::Result<Inspector>(std::function<void(std::int32_t)> started)> open_inspector;
};

// This machine's own, or the recording that the configuration names.
AgentPlatform MakePlatform(const v1::AgentConfig& config);

}  // namespace vigie::agent
