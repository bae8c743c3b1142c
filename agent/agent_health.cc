#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "agent/agent_parts.h"
#include "agent/sensor/printable_text.h"
#include "proto/contract/validation.h"

namespace vigie::agent {
namespace {

std::string Reason(const std::string& text) {
  return sensor::ToPrintable(text, contract::kMaxReasonBytes);
}

std::string Join(const std::vector<std::string>& sentences) {
  std::string joined;
  for (const std::string& sentence : sentences) joined += (joined.empty() ? "" : "; ") + sentence;
  return joined;
}

v1::SensorHealth FileEventsState(AgentParts& parts) {
  const Troubles troubles = *parts.troubles.Lock();
  if (troubles.file_events_unsupported) return health::Unsupported("file_events", Reason(troubles.file_events));
  std::vector<std::string> sentences = parts.sensors.files->degradations();
  if (!troubles.file_events.empty()) sentences.push_back(troubles.file_events);
  if (const auto missing = parts.marks.missing(); missing > 0) {
    sentences.push_back(fmt::format("marks were refused {} times: opening those files is not seen", missing));
  }
  if (sentences.empty()) return health::Running("file_events");
  return health::Degraded("file_events", Reason(Join(sentences)));
}

// produced = delivered + coalesced + lost, over the seam and this process together.
v1::SensorHealth FileEventsHealth(AgentParts& parts) {
  v1::SensorHealth health = FileEventsState(parts);
  const platform::SensorCounts counts = parts.sensors.files->counts();
  const std::uint64_t refused = std::min(parts.file_sensor.refused(), counts.delivered);
  const std::uint64_t folded = std::min(parts.reporter.counts().folded, counts.delivered - refused);
  health.set_produced(counts.produced);
  health.set_delivered(counts.delivered - refused - folded);
  health.set_coalesced(counts.coalesced + folded);
  health.set_lost(counts.lost + refused);
  health.set_gone(counts.gone);
  health.set_late(counts.late);
  return health;
}

v1::SensorHealth MediaHealth(AgentParts& parts) {
  const std::string trouble = parts.troubles.Lock()->media;
  return trouble.empty() ? health::Running("removable_media") : health::Degraded("removable_media", Reason(trouble));
}

v1::SensorHealth SpoolHealth(AgentParts& parts) {
  const spool::SpoolCounts counts = parts.spool->counts();
  std::vector<std::string> sentences;
  if (!counts.last_error.empty()) sentences.push_back(counts.last_error);
  if (counts.crowded) {
    sentences.push_back(
        fmt::format("it is full: {} events were given up, the oldest of the least severe first", counts.evicted));
  }
  v1::SensorHealth health =
      sentences.empty() ? health::Running("spool") : health::Degraded("spool", Reason(Join(sentences)));
  // Of earlier lives some may be given up that this one has not appended.
  const std::uint64_t given_up = std::min(counts.evicted, counts.appended);
  health.set_produced(counts.appended + counts.lost);
  health.set_delivered(counts.appended - given_up);
  health.set_lost(counts.lost + given_up);
  return health;
}

v1::SensorHealth PolicyHealth(AgentParts& parts) {
  const std::string trouble = parts.troubles.Lock()->policy;
  if (!trouble.empty()) return health::Degraded("policy", Reason(trouble));
  if (parts.active_policy.version() == 0)
    return health::Degraded("policy", "none yet: everything is allowed and reported");
  const std::string local = parts.thresholds.trouble();
  if (!local.empty()) return health::Degraded("policy", Reason(local));
  return health::Running("policy");
}

// Without it, a child is known by its parents as long as they live.
v1::SensorHealth ProcessEventsHealth(AgentParts& parts) {
  const auto& sensor = parts.sensors.process_events;
  const std::string trouble = parts.troubles.Lock()->process_events;
  if (!sensor) return health::Unsupported("process_events", "nothing here tells of the life of processes");
  if (!trouble.empty()) {
    return health::Unsupported("process_events",
                               Reason(trouble + "; children of carriers are known while their parents live, by /proc"));
  }
  std::vector<std::string> sentences = sensor->degradations();
  if (const auto forgotten = parts.taints.forgotten(); forgotten > 0) {
    sentences.push_back(fmt::format("{} carriers were forgotten: too many at once", forgotten));
  }
  if (const auto incomplete = parts.chains.incomplete(); incomplete > 0) {
    sentences.push_back(fmt::format("{} chains of pipes were not followed to their end", incomplete));
  }
  v1::SensorHealth health = sentences.empty() ? health::Running("process_events")
                                              : health::Degraded("process_events", Reason(Join(sentences)));
  const platform::SensorCounts counts = sensor->counts();
  health.set_produced(counts.produced);
  health.set_delivered(counts.delivered);
  health.set_coalesced(counts.coalesced);
  health.set_lost(counts.lost);
  return health;
}

v1::SensorHealth NetworkGuardState(AgentParts& parts) {
  const auto& sensor = parts.sensors.network;
  const std::string trouble = parts.troubles.Lock()->network;
  if (!sensor) return health::Unsupported("network_guard", "nothing here tells what carriers send");
  if (!trouble.empty()) {
    return health::Unsupported(
        "network_guard",
        Reason(trouble + "; of what carriers send only the files that transfer programs open are seen"));
  }
  std::vector<std::string> sentences = sensor->degradations();
  if (parts.guard.failures() > 0) sentences.push_back("some carriers cannot be watched");
  if (sentences.empty()) return health::Running("network_guard");
  return health::Degraded("network_guard", Reason(Join(sentences)));
}

// produced = delivered + coalesced + lost, over the seam and this process together.
v1::SensorHealth NetworkGuardHealth(AgentParts& parts) {
  v1::SensorHealth health = NetworkGuardState(parts);
  if (!parts.sensors.network) return health;
  const platform::SensorCounts counts = parts.sensors.network->counts();
  const std::uint64_t refused = std::min(parts.network_sensor.refused(), counts.delivered);
  const std::uint64_t folded = std::min(parts.connections.folded(), counts.delivered - refused);
  health.set_produced(counts.produced);
  health.set_delivered(counts.delivered - refused - folded);
  health.set_coalesced(counts.coalesced + folded);
  health.set_lost(counts.lost + refused);
  return health;
}

v1::SensorHealth WriteGuardState(AgentParts& parts) {
  const auto& sensor = parts.sensors.writes;
  const std::string trouble = parts.troubles.Lock()->writes;
  if (!sensor) return health::Unsupported("write_guard", "nothing here refuses writes in the kernel");
  if (!trouble.empty()) {
    return health::Unsupported(
        "write_guard",
        Reason(trouble + "; on outgoing places only opens are stopped: not what a process had open before "
                         "it read customer data, renames, links and shared mappings"));
  }
  std::vector<std::string> sentences = sensor->degradations();
  if (parts.places.unguarded() > 0) sentences.push_back("on some outgoing places only opens are stopped");
  if (parts.places.failures() > 0) sentences.push_back("some carriers are stopped at opens only");
  if (sentences.empty()) return health::Running("write_guard");
  return health::Degraded("write_guard", Reason(Join(sentences)));
}

// produced = delivered + coalesced + lost, over the seam and this process together.
v1::SensorHealth WriteGuardHealth(AgentParts& parts) {
  v1::SensorHealth health = WriteGuardState(parts);
  if (!parts.sensors.writes) return health;
  const platform::SensorCounts counts = parts.sensors.writes->counts();
  const std::uint64_t dropped = std::min(parts.refused_writes.dropped(), counts.delivered);
  health.set_produced(counts.produced);
  health.set_delivered(counts.delivered - dropped);
  health.set_coalesced(counts.coalesced);
  health.set_lost(counts.lost + dropped);
  return health;
}

// Files that are known only by who made them.
v1::SensorHealth DerivedHealth(AgentParts& parts) {
  const std::uint64_t dropped = parts.derived->dropped();
  v1::SensorHealth health =
      dropped == 0 ? health::Running("derived_files")
                   : health::Degraded("derived_files", fmt::format("{} were forgotten: too many", dropped));
  health.set_produced(parts.derived->rows() + dropped);
  health.set_delivered(parts.derived->rows());
  health.set_lost(dropped);
  return health;
}

v1::SensorHealth VerdictHealth(AgentParts& parts) {
  v1::SensorHealth health = health::Running("verdict_index");
  health.set_produced(parts.verdicts->rows());
  health.set_delivered(parts.verdicts->rows());
  health.set_late(parts.pipeline->unfinished());
  return health;
}

}  // namespace

void AddHealthSources(AgentParts& parts) {
  parts.board.Add([&parts] { return FileEventsHealth(parts); });
  parts.board.Add([&parts] { return MediaHealth(parts); });
  parts.board.Add([&parts] { return parts.inspector.health(); });
  parts.board.Add([&parts] { return SpoolHealth(parts); });
  parts.board.Add([&parts] { return PolicyHealth(parts); });
  parts.board.Add([&parts] { return VerdictHealth(parts); });
  parts.board.Add([&parts] { return ProcessEventsHealth(parts); });
  parts.board.Add([&parts] { return NetworkGuardHealth(parts); });
  parts.board.Add([&parts] { return WriteGuardHealth(parts); });
  parts.board.Add([&parts] { return DerivedHealth(parts); });
}

}  // namespace vigie::agent
