#include "agent/health/health_board.h"

#include <algorithm>
#include <utility>

#include "platform/base/logging.h"
#include "proto/contract/enum_names.h"

namespace vigie::agent::health {
namespace {

v1::SensorHealth Make(const std::string& name, v1::SensorState state, const std::string& reason) {
  v1::SensorHealth health;
  health.set_name(name);
  health.set_state(state);
  health.set_reason(reason);
  return health;
}

bool SameState(const v1::SensorHealth& one, const v1::SensorHealth& other) {
  return one.name() == other.name() && one.state() == other.state() && one.reason() == other.reason();
}

void LogState(const v1::SensorHealth& health) {
  const auto level = health.state() == v1::SENSOR_STATE_RUNNING ? base::LogLevel::kInfo : base::LogLevel::kWarning;
  const std::string reason = health.reason().empty() ? "" : ": " + health.reason();
  base::WriteLog(level, health.name() + " is " + contract::NameOf(health.state()) + reason);
}

}  // namespace

std::vector<v1::SensorHealth> HealthBoard::Collect() const {
  std::vector<v1::SensorHealth> all;
  all.reserve(sources_.size());
  for (const Source& source : sources_) all.push_back(source());
  return all;
}

bool HealthBoard::NoteChanges() {
  auto now = Collect();
  auto last = last_.Lock();
  bool changed = false;
  for (const v1::SensorHealth& health : now) {
    if (std::ranges::any_of(*last, [&](const auto& before) { return SameState(before, health); })) continue;
    LogState(health);
    changed = true;
  }
  *last = std::move(now);
  return changed;
}

v1::SensorHealth Running(const std::string& name) {
  return Make(name, v1::SENSOR_STATE_RUNNING, "");
}

v1::SensorHealth Degraded(const std::string& name, const std::string& reason) {
  return Make(name, v1::SENSOR_STATE_DEGRADED, reason);
}

v1::SensorHealth Unsupported(const std::string& name, const std::string& reason) {
  return Make(name, v1::SENSOR_STATE_UNSUPPORTED, reason);
}

}  // namespace vigie::agent::health
