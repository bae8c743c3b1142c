#include "server/detect/disarming.h"

#include <algorithm>
#include <limits>

#include "core/threshold/saturating_sum.h"
#include "proto/contract/time_conversion.h"

namespace vigie::server::detect {
namespace {

constexpr std::chrono::hours kBetweenLooks{1};
constexpr std::chrono::nanoseconds kLongestWindow = std::chrono::days(90);  // policy.proto

bool WasBelow(const threshold::Observation& observation) {
  const v1::Threshold& rule = observation.threshold->source;
  if (rule.has_rearm_below()) return observation.before < rule.rearm_below();
  // While there is not enough history there is no limit: nothing is above it, but that says nothing. It is never less
  // than `over`.
  const bool has_limit = observation.limit != std::numeric_limits<std::uint64_t>::max();
  return observation.before <= (has_limit ? observation.limit : rule.over());
}

bool HasGrown(const threshold::Observation& observation, std::uint64_t lowest) {
  const v1::Threshold& rule = observation.threshold->source;
  return observation.measured >
         threshold::SaturatingSum(lowest, rule.has_rearm_after() ? rule.rearm_after() : observation.limit);
}

// What conditions name: it stands elsewhere in the policy.
struct Names {
  std::set<std::string> tags;
  std::set<std::string> groups;

  void Add(const v1::Condition& when) {
    tags.insert(when.tags().begin(), when.tags().end());
    groups.insert(when.groups().begin(), when.groups().end());
  }
};

// Each tag and group that the threshold's conditions name; and all groups, if it counts by them. Nothing if none.
std::string NamedBy(const v1::Threshold& threshold, const v1::Policy& policy) {
  Names names;
  names.Add(threshold.when());
  for (const v1::SequenceStep& step : threshold.sequence()) names.Add(step.when());
  std::string named;
  for (const v1::Tag& tag : policy.tags()) {
    if (!names.tags.contains(tag.name())) continue;
    named += tag.SerializeAsString();
    names.Add(tag.when());
  }
  const bool per_group =
      std::ranges::find(threshold.per(), static_cast<int>(v1::SUBJECT_KEY_GROUP)) != threshold.per().end();
  for (const v1::Group& group : policy.groups()) {
    if (per_group || names.groups.contains(group.name())) named += group.SerializeAsString();
  }
  return named;
}

}  // namespace

std::uint64_t DefinitionOf(const v1::Threshold& threshold, const v1::Policy& policy) {
  v1::Threshold what = threshold;
  what.clear_id();
  what.clear_severity();
  what.clear_respond();
  what.clear_rearm_below();
  what.clear_rearm_after();
  // FNV-1a: it is compared over restarts and builds, and with nothing hostile.
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : what.SerializeAsString() + NamedBy(threshold, policy))
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

v1::Disarmed Disarming::Closed::Memory() const {
  v1::Disarmed memory;
  memory.set_lowest(lowest);
  memory.set_definition(definition);
  return memory;
}

void Disarming::GoOnWith(const std::vector<v1::Incident>& closed, base::SystemTime now) {
  closed_.clear();
  replaced_.clear();
  Settle();
  for (const v1::Incident& incident : closed) {
    const base::SystemTime touched = std::min(now, contract::FromProto(incident.updated_at()));
    const Closed memory{incident.id(), incident.disarmed().lowest(), incident.disarmed().definition(), touched};
    const auto [entry, fresh] = closed_.try_emplace({incident.rule(), incident.subject()}, memory);
    if (fresh) continue;
    replaced_.push_back(entry->second.incident);
    entry->second = memory;
  }
}

void Disarming::Touch(const IncidentSubject& subject, base::SystemTime at) {
  const auto found = closed_.find(subject);
  if (found != closed_.end()) found->second.touched = std::max(found->second.touched, at);
}

void Disarming::Disarm(OpenIncident& incident, std::uint64_t definition, base::SystemTime now) {
  const v1::Incident& source = incident.incident;
  const Closed memory{source.id(), source.latest_measured(), definition, now};
  *incident.incident.mutable_disarmed() = memory.Memory();
  const auto [entry, fresh] = closed_.try_emplace({source.rule(), source.subject()}, memory);
  if (fresh) return;
  // One that opened over late events while the threshold was disarmed.
  forgotten_.push_back(entry->second.incident);
  entry->second = memory;
}

bool Disarming::IsArmed(const IncidentSubject& subject, const threshold::Observation& observation,
                        std::uint64_t definition, base::SystemTime now) {
  const auto found = closed_.find(subject);
  if (found == closed_.end()) return true;
  Closed& memory = found->second;
  memory.touched = now;
  const bool is_other = memory.definition != definition;
  if (observation.late && !is_other) return WasBelow(observation);
  const std::uint64_t lowest = std::min(memory.lowest, observation.before);
  if (is_other || WasBelow(observation) || HasGrown(observation, lowest)) {
    forgotten_.push_back(memory.incident);
    changed_.erase(subject);
    closed_.erase(found);
    return true;
  }
  if (lowest != memory.lowest) changed_.insert(subject);
  memory.lowest = lowest;
  return false;
}

void Disarming::Forget(const IncidentSubject& subject, const std::string& incident) {
  std::erase(replaced_, incident);
  const auto found = closed_.find(subject);
  if (found == closed_.end() || found->second.incident != incident) return;
  changed_.erase(subject);
  closed_.erase(found);
}

void Disarming::ForgetIdle(const RuleOf& rule_of, base::SystemTime now) {
  // A clock that was ahead and is put right must not stop it.
  if (now >= looked_ && now - looked_ < kBetweenLooks) return;
  looked_ = now;
  forgotten_.insert(forgotten_.end(), replaced_.begin(), replaced_.end());
  replaced_.clear();
  for (auto entry = closed_.begin(); entry != closed_.end();) {
    const auto [rule_now, definition] = rule_of(entry->first.first);
    // Another one of the same name says nothing of how long this one's window was.
    const v1::Threshold* rule = entry->second.definition == definition ? rule_now : nullptr;
    entry->second.touched = std::min(entry->second.touched, now);
    const bool ends = rule == nullptr || !rule->has_rearm_below() || rule->rearm_below() > 0;
    const auto window = rule == nullptr ? kLongestWindow : contract::FromProto(rule->window());
    if (!ends || now - entry->second.touched <= 2 * window) {
      ++entry;
      continue;
    }
    forgotten_.push_back(entry->second.incident);
    changed_.erase(entry->first);
    entry = closed_.erase(entry);
  }
}

std::vector<Disarming::Remembered> Disarming::Changed() const {
  std::vector<Remembered> changed;
  for (const std::string& incident : forgotten_) changed.push_back({incident, std::nullopt});
  for (const IncidentSubject& subject : changed_) {
    const Closed& memory = closed_.at(subject);
    changed.push_back({memory.incident, memory.Memory()});
  }
  return changed;
}

void Disarming::Settle() {
  changed_.clear();
  forgotten_.clear();
}

}  // namespace vigie::server::detect
