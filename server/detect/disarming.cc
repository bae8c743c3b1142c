#include "server/detect/disarming.h"

#include <algorithm>
#include <limits>

namespace vigie::server::detect {
namespace {

std::uint64_t SaturatingSum(std::uint64_t a, std::uint64_t b) {
  return b > std::numeric_limits<std::uint64_t>::max() - a ? std::numeric_limits<std::uint64_t>::max() : a + b;
}

bool WasBelow(const threshold::Observation& observation) {
  const v1::Threshold& rule = observation.threshold->source;
  return rule.has_rearm_below() ? observation.before < rule.rearm_below() : observation.before <= rule.over();
}

bool HasGrown(const threshold::Observation& observation, std::uint64_t lowest) {
  const v1::Threshold& rule = observation.threshold->source;
  return observation.measured > SaturatingSum(lowest, rule.has_rearm_after() ? rule.rearm_after() : rule.over());
}

}  // namespace

std::uint64_t DefinitionOf(const v1::Threshold& threshold) {
  v1::Threshold what = threshold;
  what.clear_id();
  what.clear_severity();
  what.clear_respond();
  what.clear_rearm_below();
  what.clear_rearm_after();
  // FNV-1a: it is compared over restarts and builds, and with nothing hostile.
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : what.SerializeAsString()) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

void Disarming::GoOnWith(std::map<IncidentSubject, OpenIncident> closed) {
  closed_ = std::move(closed);
  Settle();
}

void Disarming::Disarm(OpenIncident& incident, const v1::Threshold& rule) {
  v1::Disarmed& memory = *incident.incident.mutable_disarmed();
  memory.set_lowest(incident.incident.latest_measured());
  memory.set_definition(DefinitionOf(rule));
  const IncidentSubject subject(incident.incident.rule(), incident.incident.subject());
  OpenIncident& kept = closed_.insert_or_assign(subject, incident).first->second;
  kept.new_events.clear();
}

bool Disarming::IsArmed(const IncidentSubject& subject, const threshold::Observation& observation) {
  const auto found = closed_.find(subject);
  if (found == closed_.end()) return true;
  v1::Disarmed& memory = *found->second.incident.mutable_disarmed();
  const bool is_other = memory.definition() != DefinitionOf(observation.threshold->source);
  if (observation.late && !is_other) return WasBelow(observation);
  const std::uint64_t lowest = std::min(memory.lowest(), observation.before);
  if (is_other || WasBelow(observation) || HasGrown(observation, lowest)) {
    found->second.incident.clear_disarmed();
    armed_.push_back(found->second.Kept());
    changed_.erase(subject);
    closed_.erase(found);
    return true;
  }
  if (lowest != memory.lowest()) changed_.insert(subject);
  memory.set_lowest(lowest);
  return false;
}

std::vector<v1::Incident> Disarming::Changed() const {
  std::vector<v1::Incident> changed = armed_;
  for (const IncidentSubject& subject : changed_) changed.push_back(closed_.at(subject).Kept());
  return changed;
}

void Disarming::Settle() {
  changed_.clear();
  armed_.clear();
}

}  // namespace vigie::server::detect
