#include "server/detect/raised_incidents.h"

#include <algorithm>

namespace vigie::server::detect {

using base::Result;

void RaisedIncidents::GoOnWith(std::map<Subject, OpenIncident> open) {
  changed_.clear();
  open_ = std::move(open);
}

Result<void> RaisedIncidents::Observe(const v1::Event& event, Keeper& keeper) {
  if (!engine_) return {};
  const auto not_open = [this](const policy::CompiledThreshold& threshold, const std::string& subject) {
    return !open_.contains({threshold.source.id(), subject});
  };
  for (const threshold::Observation& observation : engine_->Observe(event, not_open)) {
    if (auto folded = Fold(observation, event, keeper); !folded) return folded;
  }
  return {};
}

Result<void> RaisedIncidents::Fold(const threshold::Observation& observation, const v1::Event& event, Keeper& keeper) {
  const Subject subject(observation.threshold->source.id(), observation.subject);
  const auto found = open_.find(subject);
  if (found == open_.end()) return observation.over ? Open(observation, event, keeper) : Result<void>();
  const auto records = customers::RecordSet::Parse(event.inspection().customers().records());
  if (!records) return records.error().Wrap("event of " + event.agent_id());
  Grow(found->second, {event, *records, observation.measured, keeper.Now()});
  changed_[subject] = &found->second;
  return {};
}

Result<void> RaisedIncidents::Open(const threshold::Observation& observation, const v1::Event& event, Keeper& keeper) {
  const auto window = keeper.EventsById(observation.window_event_ids);
  if (!window) return window.error();
  auto id = keeper.NextIncidentId();
  if (!id) return id.error();
  const Subject subject(observation.threshold->source.id(), observation.subject);
  OpenIncident& open =
      open_.insert_or_assign(subject, OpenOne({*id, observation, *window, event, keeper.Now()})).first->second;
  changed_[subject] = &open;
  return keeper.Opened(open);
}

OpenIncident* RaisedIncidents::FindById(const std::string& id) {
  const auto found = std::ranges::find(open_, id, [](const auto& entry) { return entry.second.incident.id(); });
  return found == open_.end() ? nullptr : &found->second;
}

OpenIncident RaisedIncidents::Remove(const OpenIncident& incident) {
  const Subject subject(incident.incident.rule(), incident.incident.subject());
  changed_.erase(subject);
  return std::move(open_.extract(subject).mapped());
}

void RaisedIncidents::MarkChanged(OpenIncident& incident) {
  changed_[Subject(incident.incident.rule(), incident.incident.subject())] = &incident;
}

}  // namespace vigie::server::detect
