#include "server/detect/raised_incidents.h"

#include <algorithm>
#include <utility>

#include "proto/contract/time_conversion.h"

namespace vigie::server::detect {

using base::Result;

void RaisedIncidents::CountWith(std::shared_ptr<const policy::CompiledPolicy> policy,
                                std::optional<threshold::ThresholdEngine> engine) {
  policy_ = std::move(policy);
  engine_ = std::move(engine);
  definitions_.clear();
  if (!policy_) return;
  const auto define = [this](const v1::Threshold& rule) {
    definitions_[rule.id()] = DefinitionOf(rule, policy_->source());
  };
  for (const policy::CompiledThreshold& threshold : policy_->thresholds()) define(threshold.source);
  define(policy_->canary().source);
}

void RaisedIncidents::GoOnWith(std::map<Subject, OpenIncident> open, const std::vector<v1::Incident>& disarming,
                               base::SystemTime now) {
  Settle();
  open_ = OpenIncidents(std::move(open));
  disarming_.GoOnWith(disarming, now);
}

void RaisedIncidents::ForgetIdle(base::SystemTime now) {
  disarming_.ForgetIdle([this](const std::string& id) { return RuleOf(id); }, now);
}

Result<void> RaisedIncidents::Observe(const v1::Event& event, Keeper& keeper, std::optional<v1::Verdict> judged) {
  if (!engine_) return {};
  // A window is described only if an incident opens with it: a subject that is suppressed or disarmed goes over with
  // each of its events.
  using Exact = threshold::ThresholdEngine::Exact;
  const Exact exact = keeper.NeedsMeasures() ? Exact::kAlways : Exact::kIfOver;
  for (threshold::Observation& observation : engine_->ObserveInPlace(event, judged, exact)) {
    const auto folded = Fold(observation, event, keeper);
    if (!folded) return folded.error();
    keeper.Measured(observation, event, *folded);
  }
  return {};
}

const policy::Suppressions::Suppression* RaisedIncidents::SuppressionOf(const std::string& rule, const v1::Event& event,
                                                                        base::SystemTime now) const {
  const v1::Activity& activity = event.activity();
  return policy_->suppressions().Find({rule, activity, policy_->GroupOf(activity.user()), now});
}

Result<bool> RaisedIncidents::Fold(threshold::Observation& observation, const v1::Event& event, Keeper& keeper) {
  const std::string& rule = observation.threshold->source.id();
  OpenIncident* found = open_.Find(rule, observation.subject);
  if (found != nullptr && found->incident.state() == v1::INCIDENT_STATE_SUPPRESSED &&
      SuppressionOf(rule, event, keeper.Now()) == nullptr) {
    End({rule, observation.subject}, "its suppression has ended", keeper.Now());
    found = nullptr;
  }
  if (found == nullptr) {
    if (!IsArmed(observation, keeper.Now()) || !observation.over) return false;
    auto opened = Open(observation, event, keeper);
    return opened ? Result<bool>(true) : opened.error();
  }
  Grow(*found, {event, observation, keeper.Now(), keeper.KeepsEventIds()});
  AddTags(event, found->incident);
  MarkChanged(*found);
  return true;
}

bool RaisedIncidents::IsArmed(const threshold::Observation& observation, base::SystemTime now) {
  if (disarming_.size() == 0) return true;
  const std::string& rule = observation.threshold->source.id();
  return disarming_.IsArmed({rule, observation.subject}, observation, definitions_[rule], now);
}

Result<void> RaisedIncidents::Open(threshold::Observation& observation, const v1::Event& event, Keeper& keeper) {
  engine_->Describe(observation);
  const auto window = keeper.EventsById(observation.window_event_ids);
  if (!window) return window.error();
  auto id = keeper.NextIncidentId();
  if (!id) return id.error();
  const Subject subject(observation.threshold->source.id(), observation.subject);
  OpenIncident opened = OpenOne({*id, observation, *window, event, keeper.Now()});
  for (const v1::Event& each : *window) AddTags(each, opened.incident);
  AddTags(event, opened.incident);
  if (const auto* suppression = SuppressionOf(subject.first, event, keeper.Now())) Suppress(opened, *suppression);
  OpenIncident& open = open_.Put(subject, std::move(opened));
  MarkChanged(open);
  return keeper.Opened(open);
}

void RaisedIncidents::AddTags(const v1::Event& event, v1::Incident& incident) const {
  for (const policy::CompiledTag& tag : policy_->tags()) {
    auto& tags = *incident.mutable_tags();
    if (std::ranges::find(tags, tag.name) != tags.end()) continue;
    if (!tag.when.Matches(event.activity(), event.inspection(), v1::VERDICT_UNSPECIFIED)) continue;
    *tags.Add() = tag.name;
    std::sort(tags.begin(), tags.end());
  }
}

Disarming::Rule RaisedIncidents::RuleOf(const std::string& id) const {
  const auto definition = definitions_.find(id);
  if (definition == definitions_.end()) return {};
  if (id == policy::kCanaryRule) return {&policy_->canary().source, definition->second};
  const auto& thresholds = policy_->thresholds();
  const auto found = std::ranges::find(thresholds, id, [](const auto& threshold) { return threshold.source.id(); });
  return {&found->source, definition->second};
}

OpenIncident& RaisedIncidents::End(const Subject& subject, const std::string& reason, base::SystemTime now) {
  auto taken = open_.Take(subject);
  std::erase(changed_, &taken.mapped());
  OpenIncident& ended = closed_.emplace_back(std::move(taken.mapped()));
  ended.incident.set_state(v1::INCIDENT_STATE_CLOSED);
  ended.incident.set_closed_reason(reason);
  *ended.incident.mutable_updated_at() = contract::ToProto(now);
  return ended;
}

v1::Incident RaisedIncidents::Close(const OpenIncident& incident, const std::string& reason, base::SystemTime now) {
  const Disarming::Rule rule = RuleOf(incident.incident.rule());
  OpenIncident& ended = End({incident.incident.rule(), incident.incident.subject()}, reason, now);
  if (rule.threshold != nullptr) disarming_.Disarm(ended, rule.definition, now);
  return ended.Kept();
}

v1::Incident RaisedIncidents::Reopen(OpenIncident incident, base::SystemTime now) {
  const Subject subject(incident.incident.rule(), incident.incident.subject());
  disarming_.Forget(subject, incident.incident.id());
  incident.incident.set_state(v1::INCIDENT_STATE_OPEN);
  incident.incident.clear_closed_reason();
  incident.incident.clear_disarmed();
  *incident.incident.mutable_updated_at() = contract::ToProto(now);
  OpenIncident& open = open_.Put(subject, std::move(incident));
  MarkChanged(open);
  return open.Kept();
}

void RaisedIncidents::MarkChanged(OpenIncident& incident) {
  if (std::exchange(incident.changed, true)) return;
  changed_.push_back(&incident);
}

void RaisedIncidents::Settle() {
  for (OpenIncident* open : changed_) open->changed = false;
  changed_.clear();
  closed_.clear();
  disarming_.Settle();
}

}  // namespace vigie::server::detect
