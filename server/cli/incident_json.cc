#include "server/cli/incident_json.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/customers/record_set.h"
#include "proto/contract/enum_names.h"
#include "proto/contract/time_conversion.h"

namespace vigie::cli {
namespace {

using contract::FormatTime;
using contract::NameOf;
using Json = nlohmann::ordered_json;

template <typename List>
std::vector<std::string> Strings(const List& list) {
  return {list.begin(), list.end()};
}

Json SuppressedByJson(const v1::Incident& incident) {
  if (!incident.has_suppressed_by()) return nullptr;
  const v1::SuppressedBy& by = incident.suppressed_by();
  return {{"until", FormatTime(by.until())}, {"owner", by.owner()}, {"reason", by.reason()}};
}

Json StepsJson(const v1::Incident& incident) {
  Json steps = Json::array();
  for (const v1::IncidentStep& step : incident.steps()) {
    steps.push_back({{"name", step.name()},
                     {"event_id", step.event_id()},
                     {"at", FormatTime(step.at())},
                     {"host", step.host()},
                     {"user", step.user()}});
  }
  return steps;
}

}  // namespace

Json IncidentJson(const v1::Incident& incident) {
  Json json;
  json["id"] = incident.id();
  json["rule"] = incident.rule();
  json["severity"] = NameOf(incident.severity());
  json["state"] = NameOf(incident.state());
  json["opened_at"] = FormatTime(incident.opened_at());
  json["updated_at"] = FormatTime(incident.updated_at());
  json["first_event_at"] = FormatTime(incident.first_event_at());
  json["last_event_at"] = FormatTime(incident.last_event_at());
  json["subject"] = incident.subject();
  json["user"] = incident.user();
  json["host"] = incident.host();
  json["channels"] = Json::array();
  for (const int channel : incident.channels()) json["channels"].push_back(NameOf(static_cast<v1::Channel>(channel)));
  json["processes"] = Strings(incident.processes());
  json["events"] = incident.events();
  json["measured"] = incident.measured();
  json["distinct_customers"] = incident.distinct_customers();
  json["actions"] = Strings(incident.actions());
  json["assignee"] = incident.assignee();
  json["closed_reason"] = incident.closed_reason();
  json["explanation"] = incident.explanation();
  json["tags"] = Strings(incident.tags());
  json["suppressed_by"] = SuppressedByJson(incident);
  return json;
}

Json IncidentDetailJson(const v1::Incident& incident) {
  Json json = IncidentJson(incident);
  const auto records = customers::RecordSet::Parse(incident.records());
  const bool told = records && (!incident.records().empty() || incident.distinct_customers() == 0);
  json["records"] = told ? Json(records->Ids()) : Json(nullptr);
  json["event_ids"] = Strings(incident.event_ids());
  json["steps"] = StepsJson(incident);
  return json;
}

}  // namespace vigie::cli
