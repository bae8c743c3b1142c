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
  if (parts.marks.failures() > 0) sentences.push_back("some sensitive files cannot be marked");
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
  health.set_late(counts.late);
  return health;
}

v1::SensorHealth MediaHealth(AgentParts& parts) {
  const std::string trouble = parts.troubles.Lock()->media;
  return trouble.empty() ? health::Running("removable_media") : health::Degraded("removable_media", Reason(trouble));
}

v1::SensorHealth SpoolHealth(AgentParts& parts) {
  const spool::SpoolCounts counts = parts.spool->counts();
  v1::SensorHealth health =
      counts.last_error.empty() ? health::Running("spool") : health::Degraded("spool", Reason(counts.last_error));
  health.set_produced(counts.appended + counts.lost);
  health.set_delivered(counts.appended);
  health.set_lost(counts.lost);
  return health;
}

v1::SensorHealth PolicyHealth(AgentParts& parts) {
  const std::string trouble = parts.troubles.Lock()->policy;
  if (!trouble.empty()) return health::Degraded("policy", Reason(trouble));
  if (parts.active_policy.version() == 0)
    return health::Degraded("policy", "none yet: everything is allowed and reported");
  return health::Running("policy");
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
}

}  // namespace vigie::agent
