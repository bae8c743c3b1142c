#include "server/detect/open_incidents.h"

#include <algorithm>

namespace vigie::server::detect {

OpenIncidents::OpenIncidents(Map incidents) : incidents_(std::move(incidents)) {
  for (auto& [subject, incident] : incidents_) rules_[subject.first].emplace(subject.second, &incident);
}

OpenIncident* OpenIncidents::Find(std::string_view rule, std::string_view subject) const {
  const auto of_rule = rules_.find(rule);
  if (of_rule == rules_.end()) return nullptr;
  const auto found = of_rule->second.find(subject);
  return found == of_rule->second.end() ? nullptr : found->second;
}

OpenIncident* OpenIncidents::FindById(std::string_view id) {
  const auto found = std::ranges::find(incidents_, id, [](const auto& entry) { return entry.second.incident.id(); });
  return found == incidents_.end() ? nullptr : &found->second;
}

OpenIncident& OpenIncidents::Put(const IncidentSubject& subject, OpenIncident incident) {
  const auto [entry, fresh] = incidents_.insert_or_assign(subject, std::move(incident));
  if (fresh) rules_[subject.first].emplace(entry->first.second, &entry->second);
  return entry->second;
}

OpenIncidents::Map::node_type OpenIncidents::Take(const IncidentSubject& subject) {
  rules_[subject.first].erase(subject.second);
  return incidents_.extract(subject);
}

}  // namespace vigie::server::detect
