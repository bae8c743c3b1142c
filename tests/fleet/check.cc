#include "tests/fleet/check.h"

#include <fmt/format.h>

#include <map>
#include <set>

namespace vigie::fleet {
namespace {

void Compare(const std::string& whose, const std::string& what, std::uint64_t found, std::uint64_t expected,
             std::vector<std::string>& differences) {
  if (found == expected) return;
  differences.push_back(fmt::format("{}: {} is {}, must be {}", whose, what, found, expected));
}

void CompareAgents(const Answers& answers, const Truth& truth, const std::vector<std::string>& ids,
                   std::vector<std::string>& differences) {
  std::map<std::string, const v1::AgentStatus*> known;
  for (const v1::AgentStatus& status : answers.agents) known[status.id()] = &status;
  for (const auto& [number, expected] : truth.agents()) {
    const std::string whose = "agent " + World::HostOf(number);
    const auto found = known.find(ids[number]);
    if (found == known.end()) {
      differences.push_back(whose + ": is not known");
      continue;
    }
    Compare(whose, "events", found->second->events(), expected.accepted, differences);
    Compare(whose, "rejected", found->second->rejected_events(), expected.rejected, differences);
    Compare(whose, "missing", found->second->missing_events(), expected.missing, differences);
  }
}

void CompareIncidents(const Answers& answers, const Truth& truth, std::vector<std::string>& differences) {
  std::map<std::pair<std::string, std::string>, std::vector<const v1::Incident*>> raised;
  for (const v1::Incident& incident : answers.incidents) {
    if (incident.rule().starts_with("fleet-")) raised[{incident.rule(), incident.subject()}].push_back(&incident);
  }
  for (const ExpectedIncident& expected : truth.Incidents()) {
    const std::string whose = expected.rule + " of " + expected.subject;
    const auto found = raised.extract({expected.rule, expected.subject});
    Compare(whose, "number of incidents", found.empty() ? 0 : found.mapped().size(), 1, differences);
    if (found.empty()) continue;
    const v1::Incident& incident = *found.mapped().front();
    Compare(whose, "events", incident.events(), expected.events, differences);
    Compare(whose, "measured", incident.measured(), expected.measured, differences);
    Compare(whose, "distinct customers", incident.distinct_customers(), expected.distinct_customers, differences);
  }
  for (const auto& [key, incidents] : raised) {
    differences.push_back(key.first + " of " + key.second + ": is raised and must not be");
  }
}

}  // namespace

std::vector<std::string> Differences(const Answers& answers, const Truth& truth, const std::vector<std::string>& ids) {
  std::vector<std::string> differences;
  CompareAgents(answers, truth, ids, differences);
  CompareIncidents(answers, truth, differences);
  return differences;
}

}  // namespace vigie::fleet
