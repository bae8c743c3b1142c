#include "server/detect/incident_folding.h"

#include <algorithm>

#include "core/threshold/explanation.h"
#include "proto/contract/enum_names.h"
#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"

namespace vigie::server::detect {
namespace {

void AddChannel(v1::Incident& incident, v1::Channel channel) {
  auto* channels = incident.mutable_channels();
  if (std::ranges::find(*channels, static_cast<int>(channel)) != channels->end()) return;
  channels->Add(channel);
  std::sort(channels->begin(), channels->end());
}

void AddProcess(v1::Incident& incident, const std::string& exe) {
  auto* processes = incident.mutable_processes();
  if (exe.empty() || processes->size() >= kMaxProcesses) return;
  if (std::ranges::find(*processes, exe) != processes->end()) return;
  *processes->Add() = exe;
  std::sort(processes->begin(), processes->end());
}

void AddTimeAndPlace(v1::Incident& incident, const v1::Activity& activity) {
  const auto at = contract::FromProto(activity.at());
  if (!incident.has_first_event_at() || at < contract::FromProto(incident.first_event_at())) {
    *incident.mutable_first_event_at() = activity.at();
  }
  if (incident.has_last_event_at() && at < contract::FromProto(incident.last_event_at())) return;
  *incident.mutable_last_event_at() = activity.at();
  if (incident.user() != activity.user()) incident.set_user(activity.user());
  if (incident.host() != activity.host()) incident.set_host(activity.host());
}

// All but the counts, which come from the engine when an incident opens.
void AddTraits(OpenIncident& open, const v1::Event& event) {
  AddChannel(open.incident, event.activity().channel());
  AddProcess(open.incident, event.activity().process().exe());
  AddTimeAndPlace(open.incident, event.activity());
}

void AddEventId(OpenIncident& open, const v1::Event& event) {
  std::string id = contract::EventId(event);
  if (open.incident.event_ids_size() < kMaxEventIds) open.incident.add_event_ids(id);
  open.new_events.push_back(std::move(id));
}

void AddRecords(const threshold::Observation& observation, customers::GrowingRecordSet& records) {
  if (observation.records != nullptr) {
    records.Unite(*observation.records);
  } else {
    records.Add(observation.record_ids);
  }
}

void AddSteps(v1::Incident& incident, const threshold::Observation& observation, const v1::Event& event) {
  const auto& way = observation.way;
  if (incident.steps_size() + static_cast<int>(way.size()) > kMaxSteps) return;
  for (const threshold::Observation::Stop& stop : way) {
    v1::IncidentStep& step = *incident.add_steps();
    step.set_name(stop.step);
    step.set_event_id(stop.event_id);
    *step.mutable_at() = contract::ToProto(stop.at);
    if (stop.event_id != contract::EventId(event)) continue;
    step.set_host(event.activity().host());
    step.set_user(event.activity().user());
  }
}

}  // namespace

v1::Incident OpenIncident::Kept() const {
  v1::Incident kept = incident;
  const customers::RecordSet all = records.Set();
  kept.set_records(all.Serialize());
  kept.set_distinct_customers(all.size());
  return kept;
}

IncidentStanding StandingOf(const v1::Incident& incident) {
  return {incident.state(), incident.measured(), incident.distinct_customers()};
}

base::Result<OpenIncident> ReadIncident(v1::Incident kept) {
  auto records = customers::RecordSet::Parse(kept.records());
  if (!records)
    return base::Error{base::ErrorCode::kDataLoss, "store: the records of " + kept.id() + " cannot be read"};
  kept.clear_records();
  const IncidentStanding standing = StandingOf(kept);
  return OpenIncident{std::move(kept), customers::GrowingRecordSet(*std::move(records)), {}, false, standing};
}

OpenIncident OpenOne(const Opening& opening) {
  const threshold::Observation& observation = opening.observation;
  const v1::Threshold& rule = observation.threshold->source;
  OpenIncident open{{}, customers::GrowingRecordSet(observation.window_records), {}};
  v1::Incident& incident = open.incident;
  incident.set_id(opening.id);
  incident.set_rule(rule.id());
  incident.set_severity(rule.severity());
  incident.set_state(v1::INCIDENT_STATE_OPEN);
  *incident.mutable_opened_at() = contract::ToProto(opening.now);
  *incident.mutable_updated_at() = incident.opened_at();
  incident.set_subject(observation.subject);
  incident.set_events(observation.window_events);
  incident.set_measured(observation.measured);
  incident.set_latest_measured(observation.measured);
  incident.set_explanation(threshold::Explain(observation));
  for (const int response : rule.respond()) incident.add_actions(contract::NameOf(static_cast<v1::Response>(response)));
  const std::string last = contract::EventId(opening.event);
  bool listed = false;
  for (const v1::Event& event : opening.window) {
    AddTraits(open, event);
    AddEventId(open, event);
    listed = listed || open.new_events.back() == last;
  }
  if (!listed) {
    AddTraits(open, opening.event);
    AddEventId(open, opening.event);
  }
  AddSteps(incident, observation, opening.event);
  return open;
}

void Grow(OpenIncident& open, const Growth& growth) {
  v1::Incident& incident = open.incident;
  AddTraits(open, growth.event);
  if (growth.keeps_event_ids) AddEventId(open, growth.event);
  AddSteps(incident, growth.observation, growth.event);
  AddRecords(growth.observation, open.records);
  incident.set_events(incident.events() + 1);
  if (growth.observation.over && growth.observation.measured > incident.measured()) {
    incident.set_explanation(threshold::Explain(growth.observation));
  }
  incident.set_measured(std::max(incident.measured(), growth.observation.measured));
  // A late event's window is another one than that which decides when the next incident may open.
  if (!growth.observation.late) incident.set_latest_measured(growth.observation.measured);
  *incident.mutable_updated_at() = contract::ToProto(growth.now);
}

void Suppress(OpenIncident& open, const policy::Suppressions::Suppression& suppression) {
  v1::Incident& incident = open.incident;
  incident.set_state(v1::INCIDENT_STATE_SUPPRESSED);
  incident.clear_actions();
  v1::SuppressedBy& by = *incident.mutable_suppressed_by();
  *by.mutable_until() = contract::ToProto(suppression.until);
  by.set_owner(suppression.source.owner());
  by.set_reason(suppression.source.reason());
}

v1::Incident WithoutDetails(const v1::Incident& incident) {
  v1::Incident brief = incident;
  brief.clear_records();
  brief.clear_event_ids();
  brief.clear_disarmed();
  return brief;
}

}  // namespace vigie::server::detect
