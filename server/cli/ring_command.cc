#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "proto/contract/time_conversion.h"
#include "server/cli/collector_channel.h"
#include "server/cli/command.h"
#include "server/cli/event_json.h"
#include "server/cli/json_array.h"
#include "server/cli/ring_json.h"
#include "server/cli/table.h"

namespace vigie::cli {
namespace {

using contract::FormatTime;
using Json = nlohmann::ordered_json;

std::string VersionText(std::uint32_t version) {
  return version == 0 ? "none" : std::to_string(version);
}

std::vector<std::string> RingRow(const v1::Ring& ring) {
  const auto& former = ring.former_versions();
  return {ring.name(), VersionText(ring.policy_version()), FormatTime(ring.since()), ring.set_by(),
          former.empty() ? "none" : std::to_string(former.Get(former.size() - 1))};
}

int ListRings(Context& context) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  const auto response = (*collector)->ListRings();
  if (!response) return ReportError(context, response.error());
  if (!context.json()) {
    WriteRings(response->rings(), true, context.out);
    return kFine;
  }
  JsonArray array(context.out);
  for (const v1::Ring& ring : response->rings()) array.Add(JsonLine(RingJson(ring)));
  array.End();
  return kFine;
}

int SetRings(Context& context, const std::vector<std::string>& names) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  v1::SetRingsRequest request;
  for (const std::string& name : names) request.add_names(name);
  const auto response = (*collector)->SetRings(request);
  if (!response) return ReportError(context, response.error());
  return ListRings(context);
}

int AssignRing(Context& context, const v1::AssignRingRequest& request) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  const auto response = (*collector)->AssignRing(request);
  if (!response) return ReportError(context, response.error());
  if (context.json()) {
    context.out << JsonLine({{"ring", request.ring()},
                             {"moved", response->moved()},
                             {"agents_told", response->agents_told()}})
                << "\n";
  } else {
    context.out << "moved to ring " << request.ring() << ": " << response->moved()
                << "; told another policy: " << response->agents_told() << "\n";
  }
  return kFine;
}

}  // namespace

Json RingJson(const v1::Ring& ring) {
  Json json = {{"name", ring.name()},
               {"policy_version", ring.policy_version()},
               {"since", FormatTime(ring.since())},
               {"set_by", ring.set_by()},
               {"former_versions", Json::array()},
               {"workstations", ring.workstations()},
               {"applied", ring.applied()},
               {"connected", ring.connected()}};
  for (const std::uint32_t version : ring.former_versions()) json["former_versions"].push_back(version);
  return json;
}

void WriteRings(const google::protobuf::RepeatedPtrField<v1::Ring>& rings, bool counted, std::ostream& out) {
  std::vector<std::string> header = {"RING", "POLICY", "SINCE", "BY", "BEFORE"};
  if (counted) header.insert(header.end(), {"WORKSTATIONS", "APPLIED", "CONNECTED"});
  Table table(std::move(header));
  for (const v1::Ring& ring : rings) {
    std::vector<std::string> row = RingRow(ring);
    if (counted) {
      for (const std::uint64_t count : {ring.workstations(), ring.applied(), ring.connected()})
        row.push_back(std::to_string(count));
    }
    table.AddRow(std::move(row));
  }
  table.Write(out);
}

void AddRings(CLI::App& agents, Context& context) {
  CLI::App* ring = agents.add_subcommand("ring", "The rings by which policies are rolled out, and who is in which");
  ring->require_subcommand(1);
  CLI::App* list =
      ring->add_subcommand("list", "What each ring runs, and how many of its workstations have applied it");
  list->callback([&context] { context.run = [&context] { return ListRings(context); }; });

  CLI::App* set = ring->add_subcommand("set", "Name the rings before the last one, default, in their order");
  const auto names = std::make_shared<std::vector<std::string>>();
  set->add_option("NAME", *names, "The first ring, the second; none at all leaves default alone");
  set->callback([&context, names] { context.run = [&context, names] { return SetRings(context, *names); }; });

  CLI::App* assign = ring->add_subcommand("assign", "Move workstations to a ring: they get its policy at once");
  const auto request = std::make_shared<v1::AssignRingRequest>();
  const auto ids = std::make_shared<std::vector<std::string>>();
  assign->add_option("RING", *request->mutable_ring(), "One of vigie agents ring list")->required();
  assign->add_option("ID", *ids, "The agents, of vigie agents list")->required();
  assign->callback([&context, request, ids] {
    request->mutable_agent_ids()->Assign(ids->begin(), ids->end());
    context.run = [&context, request] { return AssignRing(context, *request); };
  });
}

}  // namespace vigie::cli
