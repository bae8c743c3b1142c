#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "proto/contract/enum_names.h"
#include "proto/contract/time_conversion.h"
#include "server/cli/agent_json.h"
#include "server/cli/collector_channel.h"
#include "server/cli/command.h"
#include "server/cli/event_json.h"
#include "server/cli/json_array.h"
#include "server/cli/table.h"

namespace vigie::cli {
namespace {

using contract::FormatTime;
using contract::NameOf;

base::Result<v1::ListAgentsResponse> FetchAgents(const Context& context) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return collector.error();
  return (*collector)->ListAgents({});
}

// "2 running, file_events degraded": what is not well is named.
std::string SensorSummary(const v1::AgentStatus& agent) {
  const auto runs = [](const v1::SensorHealth& sensor) { return sensor.state() == v1::SENSOR_STATE_RUNNING; };
  std::vector<std::string> parts = {std::to_string(std::ranges::count_if(agent.sensors(), runs)) + " running"};
  for (const v1::SensorHealth& sensor : agent.sensors()) {
    if (!runs(sensor)) parts.push_back(sensor.name() + " " + NameOf(sensor.state()));
  }
  return Join(parts);
}

std::vector<std::string> AgentRow(const v1::AgentStatus& agent) {
  return {agent.id(),
          agent.host(),
          agent.connected() ? "connected" : "away",
          agent.version(),
          std::to_string(agent.policy_version()),
          std::to_string(agent.events()),
          std::to_string(agent.spooled_events()),
          FormatTime(agent.last_seen_at()),
          SensorSummary(agent)};
}

int ListAgents(Context& context) {
  const auto response = FetchAgents(context);
  if (!response) return ReportError(context, response.error());
  JsonArray array(context.out);
  Table table({"ID", "HOST", "STATE", "VERSION", "POLICY", "EVENTS", "SPOOLED", "LAST SEEN", "SENSORS"});
  for (const v1::AgentStatus& agent : response->agents()) {
    context.json() ? array.Add(JsonLine(AgentJson(agent))) : table.AddRow(AgentRow(agent));
  }
  context.json() ? array.End() : table.Write(context.out);
  return kFine;
}

void WriteAgent(const v1::AgentStatus& agent, std::ostream& out) {
  WriteFields({{"id", agent.id()},
               {"host", agent.host()},
               {"state", agent.connected() ? "connected" : "away"},
               {"operating system", agent.operating_system()},
               {"kernel", agent.kernel()},
               {"version", agent.version()},
               {"enrolled", FormatTime(agent.enrolled_at())},
               {"last seen", FormatTime(agent.last_seen_at())},
               {"policy version", std::to_string(agent.policy_version())},
               {"events", std::to_string(agent.events())},
               {"spooled events", std::to_string(agent.spooled_events())},
               {"rejected events", std::to_string(agent.rejected_events())},
               {"missing events", std::to_string(agent.missing_events())},
               {"repeated events", std::to_string(agent.repeated_events())}},
              out);
  Table table({"SENSOR", "STATE", "PRODUCED", "DELIVERED", "COALESCED", "LOST", "LATE", "REASON"});
  for (const v1::SensorHealth& sensor : agent.sensors()) {
    table.AddRow({sensor.name(), NameOf(sensor.state()), std::to_string(sensor.produced()),
                  std::to_string(sensor.delivered()), std::to_string(sensor.coalesced()), std::to_string(sensor.lost()),
                  std::to_string(sensor.late()), sensor.reason()});
  }
  table.Write(out);
}

int ShowAgent(Context& context, const std::string& id) {
  const auto response = FetchAgents(context);
  if (!response) return ReportError(context, response.error());
  const auto agent = std::ranges::find(response->agents(), id, &v1::AgentStatus::id);
  if (agent == response->agents().end()) {
    return ReportError(context, {base::ErrorCode::kNotFound, "no agent has the id " + id + " (see vigie agents list)"});
  }
  if (context.json()) {
    context.out << JsonLine(AgentJson(*agent)) << "\n";
  } else {
    WriteAgent(*agent, context.out);
  }
  return kFine;
}

}  // namespace

void AddAgentsCommand(CLI::App& app, Context& context) {
  CLI::App* agents = app.add_subcommand("agents", "The workstations that report, and how well they see");
  agents->require_subcommand(1);
  CLI::App* list = agents->add_subcommand("list", "All agents");
  list->callback([&context] { context.run = [&context] { return ListAgents(context); }; });
  CLI::App* show = agents->add_subcommand("show", "One agent and each of its sensors");
  const auto id = std::make_shared<std::string>();
  show->add_option("ID", *id, "The agent")->required();
  show->callback([&context, id] { context.run = [&context, id] { return ShowAgent(context, *id); }; });
}

}  // namespace vigie::cli
