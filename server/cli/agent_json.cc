#include "server/cli/agent_json.h"

#include <nlohmann/json.hpp>

#include "proto/contract/enum_names.h"
#include "proto/contract/time_conversion.h"

namespace vigie::cli {
namespace {

using contract::FormatTime;
using Json = nlohmann::ordered_json;

Json SensorJson(const v1::SensorHealth& sensor) {
  return {{"name", sensor.name()},           {"state", contract::NameOf(sensor.state())},
          {"reason", sensor.reason()},       {"produced", sensor.produced()},
          {"delivered", sensor.delivered()}, {"coalesced", sensor.coalesced()},
          {"lost", sensor.lost()},           {"late", sensor.late()}};
}

}  // namespace

Json AgentJson(const v1::AgentStatus& agent) {
  Json json;
  json["id"] = agent.id();
  json["host"] = agent.host();
  json["operating_system"] = agent.operating_system();
  json["kernel"] = agent.kernel();
  json["version"] = agent.version();
  json["connected"] = agent.connected();
  json["enrolled_at"] = FormatTime(agent.enrolled_at());
  json["last_seen_at"] = FormatTime(agent.last_seen_at());
  json["policy_version"] = agent.policy_version();
  json["events"] = agent.events();
  json["spooled_events"] = agent.spooled_events();
  json["rejected_events"] = agent.rejected_events();
  json["missing_events"] = agent.missing_events();
  json["repeated_events"] = agent.repeated_events();
  json["sensors"] = Json::array();
  for (const v1::SensorHealth& sensor : agent.sensors()) json["sensors"].push_back(SensorJson(sensor));
  return json;
}

}  // namespace vigie::cli
