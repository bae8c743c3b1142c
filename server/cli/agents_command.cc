#include <algorithm>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>

#include "proto/contract/enum_names.h"
#include "proto/contract/time_conversion.h"
#include "server/cli/agent_json.h"
#include "server/cli/collector_channel.h"
#include "server/cli/command.h"
#include "server/cli/event_json.h"
#include "server/cli/json_array.h"
#include "server/cli/paging.h"
#include "server/cli/printable.h"
#include "server/cli/since_option.h"
#include "server/cli/table.h"

namespace vigie::cli {
namespace {

using contract::FormatTime;
using contract::NameOf;

constexpr std::uint32_t kAgentsAtATime = 500;

// Calls `use` with each page.
template <typename Use>
base::Result<void> FetchAgents(const Context& context, const v1::ListAgentsRequest& request, const Use& use) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return collector.error();
  return ForEachPage(
      request, [&](const v1::ListAgentsRequest& page) { return (*collector)->ListAgents(page); }, use);
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

// "3 s behind": how far the host's clock is off, if that is worth a word.
std::string ClockText(const google::protobuf::Duration& offset) {
  const std::int64_t milliseconds = OffsetMilliseconds(offset);
  if (milliseconds > -1000 && milliseconds < 1000) return "";
  const auto seconds = std::chrono::seconds(std::abs(milliseconds) / 1000);
  return contract::FormatDuration(seconds) + (milliseconds < 0 ? " ahead" : " behind");
}

std::vector<std::string> AgentRow(const v1::AgentStatus& agent) {
  return {agent.id(),
          agent.host(),
          StateName(agent),
          FormatTime(agent.state_since()),
          agent.version(),
          agent.ring(),
          std::to_string(agent.policy_version()),
          std::to_string(agent.events()),
          std::to_string(agent.spooled_events()),
          FormatTime(agent.last_seen_at()),
          ClockText(agent.clock_offset()),
          agent.state_reason(),
          SensorSummary(agent)};
}

// Those who knock and are no agents of ours.
void WriteRefused(const v1::ListAgentsResponse& response, std::ostream& out) {
  if (response.refused_size() > 0) {
    out << "\nrefused since the collector started:\n";
    Table table({"ADDRESS", "CERTIFICATE OF", "TIMES", "LAST", "REASON"});
    for (const v1::RefusedPeer& peer : response.refused()) {
      table.AddRow(
          {peer.address(), peer.agent_id(), std::to_string(peer.count()), FormatTime(peer.last_at()), peer.reason()});
    }
    table.Write(out);
  }
  if (response.failed_handshakes() == 0) return;
  out << "\nfailed TLS handshakes since the collector started: " << response.failed_handshakes()
      << ", the last: " << Printable(response.last_failed_handshake()) << "\n";
}

int ListAgents(Context& context) {
  JsonArray array(context.out);
  Table table({"ID", "HOST", "STATE", "SINCE", "VERSION", "RING", "POLICY", "EVENTS", "SPOOLED", "LAST SEEN", "CLOCK",
               "REASON", "SENSORS"});
  v1::ListAgentsRequest request;
  request.set_page_size(kAgentsAtATime);
  v1::ListAgentsResponse last;
  const auto listed = FetchAgents(context, request, [&](const v1::ListAgentsResponse& page) {
    for (const v1::AgentStatus& agent : page.agents()) {
      context.json() ? array.Add(JsonLine(AgentJson(agent))) : table.AddRow(AgentRow(agent));
    }
    last = page;
  });
  if (!listed) return ReportError(context, listed.error());
  context.json() ? array.End() : table.Write(context.out);
  if (!context.json()) WriteRefused(last, context.out);
  return kFine;
}

void WriteIndexes(const v1::AgentStatus& agent, std::ostream& out) {
  if (agent.indexes().empty()) return;
  Table table({"INDEX", "OF LEDGER", "BUILT", "DELTAS", "CUSTOMERS"});
  for (const v1::IndexStatus& index : agent.indexes()) {
    table.AddRow({index.state(), index.ledger(), FormatTime(index.built_at()), std::to_string(index.deltas()),
                  std::to_string(index.records())});
  }
  table.Write(out);
}

void WriteChannels(const v1::AgentStatus& agent, std::ostream& out) {
  if (agent.channels().empty()) return;
  Table table({"CHANNEL", "SEEN", "BLOCKED", "LIMIT", "LIMITED BY"});
  for (const v1::ChannelCoverage& channel : agent.channels()) {
    table.AddRow({NameOf(channel.channel()), NameOf(channel.seen()), NameOf(channel.blocked()),
                  channel.limit() == v1::COVERAGE_LIMIT_UNSPECIFIED ? "" : NameOf(channel.limit()),
                  Join({channel.limited_by().begin(), channel.limited_by().end()})});
  }
  table.Write(out);
}

void WriteAgent(const v1::AgentStatus& agent, std::ostream& out) {
  WriteFields({{"id", agent.id()},
               {"host", agent.host()},
               {"state", StateName(agent)},
               {"reason", agent.state_reason()},
               {"since", FormatTime(agent.state_since())},
               {"operating system", agent.operating_system()},
               {"kernel", agent.kernel()},
               {"version", agent.version()},
               {"enrolled", FormatTime(agent.enrolled_at())},
               {"last seen", FormatTime(agent.last_seen_at())},
               {"ring", agent.ring()},
               {"policy version", std::to_string(agent.policy_version())},
               {"its ring's version", std::to_string(agent.ring_policy_version())},
               {"events", std::to_string(agent.events())},
               {"spooled events", std::to_string(agent.spooled_events())},
               {"rejected events", std::to_string(agent.rejected_events())},
               {"missing events", std::to_string(agent.missing_events())},
               {"repeated events", std::to_string(agent.repeated_events())},
               {"ahead of their turn", std::to_string(agent.ahead_events())},
               {"spooled bytes", std::to_string(agent.spooled_bytes())},
               {"clock", ClockText(agent.clock_offset())},
               {"outages", std::to_string(agent.outages())},
               {"last outage", agent.last_outage()},
               {"disconnected", FormatTime(agent.disconnected_at())},
               {"because", agent.disconnected_reason()}},
              out);
  if (agent.rejections_size() > 0) {
    Table reasons({"REFUSED", "REASON"});
    for (const v1::RejectionCount& rejection : agent.rejections()) {
      reasons.AddRow({std::to_string(rejection.count()), rejection.reason()});
    }
    reasons.Write(out);
  }
  WriteIndexes(agent, out);
  WriteChannels(agent, out);
  Table table({"SENSOR", "STATE", "PRODUCED", "DELIVERED", "COALESCED", "LOST", "GONE", "LATE", "REASON"});
  for (const v1::SensorHealth& sensor : agent.sensors()) {
    table.AddRow({sensor.name(), NameOf(sensor.state()), std::to_string(sensor.produced()),
                  std::to_string(sensor.delivered()), std::to_string(sensor.coalesced()), std::to_string(sensor.lost()),
                  std::to_string(sensor.gone()), std::to_string(sensor.late()), sensor.reason()});
  }
  table.Write(out);
}

int ShowAgent(Context& context, const std::string& id) {
  v1::ListAgentsRequest request;
  request.set_agent_id(id);
  std::optional<v1::AgentStatus> agent;
  const auto asked = FetchAgents(context, request, [&](const v1::ListAgentsResponse& page) {
    const auto found = std::ranges::find(page.agents(), id, &v1::AgentStatus::id);
    if (found != page.agents().end()) agent = *found;
  });
  if (!asked) return ReportError(context, asked.error());
  if (!agent) {
    return ReportError(context, {base::ErrorCode::kNotFound, "no agent has the id " + id + " (see vigie agents list)"});
  }
  if (context.json()) {
    context.out << JsonLine(AgentJson(*agent)) << "\n";
  } else {
    WriteAgent(*agent, context.out);
  }
  return kFine;
}

std::string RangeText(std::uint64_t first, std::uint64_t last) {
  return first == last ? std::to_string(first) : std::to_string(first) + "-" + std::to_string(last);
}

// Of a told gap: its event's own, and what that says was never sent (all of it: --output json).
std::string Sequences(const v1::GapReport& gap) {
  constexpr int kMostShown = 3;
  std::string text = RangeText(gap.first_sequence(), gap.last_sequence());
  for (int i = 0; i < std::min(gap.never_sent_size(), kMostShown); ++i) {
    text += (i == 0 ? " (never sent: " : ", ") + RangeText(gap.never_sent(i).first(), gap.never_sent(i).last());
  }
  if (gap.never_sent_size() > kMostShown) text += ", ...";
  return gap.never_sent_size() > 0 ? text + ")" : text;
}

struct GapOptions {
  std::string agent;
  std::string since;
};

int ListGaps(Context& context, const GapOptions& options) {
  v1::ListGapsRequest request;
  request.set_agent_id(options.agent);
  if (!options.since.empty()) {
    const auto since = ParseSince(options.since);
    if (!since) return ReportError(context, since.error());
    *request.mutable_since() = *since;
  }
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  JsonArray array(context.out);
  Table table({"KIND", "AGENT", "HOST", "SENSOR", "FROM", "UNTIL", "LOST", "EPOCH", "SEQUENCES", "REASON"});
  const auto listed = ForEachPage(
      request, [&](const auto& page) { return (*collector)->ListGaps(page); },
      [&](const v1::ListGapsResponse& page) {
        for (const v1::GapReport& gap : page.gaps()) {
          context.json() ? array.Add(JsonLine(GapReportJson(gap)))
                         : table.AddRow({NameOf(gap.kind()), gap.agent_id(), gap.host(), gap.sensor(),
                                         FormatTime(gap.from()), FormatTime(gap.until()), std::to_string(gap.lost()),
                                         std::to_string(gap.boot_epoch()), Sequences(gap), gap.reason()});
        }
      });
  if (!listed) return ReportError(context, listed.error());
  context.json() ? array.End() : table.Write(context.out);
  return kFine;
}

int RevokeAgent(Context& context, const v1::RevokeAgentRequest& request) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  const auto revoked = (*collector)->RevokeAgent(request);
  if (!revoked) return ReportError(context, revoked.error());
  if (context.json()) {
    context.out << JsonLine(AgentJson(*revoked)) << "\n";
  } else {
    context.out << "agent " << Printable(revoked->id()) << " on " << Printable(revoked->host())
                << " is revoked: its certificate is refused from now on\n";
  }
  return kFine;
}

void AddGapsCommand(CLI::App& agents, Context& context) {
  CLI::App* gaps = agents.add_subcommand("gaps", "What was not seen, or never arrived, from when to when");
  const auto options = std::make_shared<GapOptions>();
  gaps->add_option("ID", options->agent, "Of this agent only");
  gaps->add_option("--since", options->since, "That end at or after a moment (RFC 3339), or so long ago (24h)");
  gaps->callback([&context, options] { context.run = [&context, options] { return ListGaps(context, *options); }; });
}

void AddRevokeCommand(CLI::App& agents, Context& context) {
  CLI::App* revoke = agents.add_subcommand("revoke", "Refuse an agent's certificate from now on, for good");
  const auto request = std::make_shared<v1::RevokeAgentRequest>();
  revoke->add_option("ID", *request->mutable_id(), "The agent")->required();
  revoke->add_option("--reason", *request->mutable_reason(), "Why, for those who ask later");
  revoke->callback(
      [&context, request] { context.run = [&context, request] { return RevokeAgent(context, *request); }; });
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
  AddGapsCommand(*agents, context);
  AddRevokeCommand(*agents, context);
  AddRings(*agents, context);
}

}  // namespace vigie::cli
