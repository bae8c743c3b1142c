#pragma once

#include <string>
#include <vector>

#include "tests/fleet/truth.h"
#include "vigie/v1/fleet_service.pb.h"
#include "vigie/v1/incident.pb.h"

namespace vigie::fleet {

// What the collector says.
struct Answers {
  std::vector<v1::AgentStatus> agents;
  std::vector<v1::Incident> incidents;
};

// Every difference between what it says and the truth, one line each; `ids` names the agents by their number. Other
// agents and other rules' incidents are left aside. An agent whose last acknowledgement got lost may have sent again
// what was accepted: repeats are no difference.
std::vector<std::string> Differences(const Answers& answers, const Truth& truth, const std::vector<std::string>& ids);

}  // namespace vigie::fleet
