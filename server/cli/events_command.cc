#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "proto/contract/enum_names.h"
#include "proto/contract/time_conversion.h"
#include "server/cli/collector_channel.h"
#include "server/cli/command.h"
#include "server/cli/event_json.h"
#include "server/cli/json_array.h"
#include "server/cli/paging.h"
#include "server/cli/since_option.h"
#include "server/cli/table.h"

namespace vigie::cli {
namespace {

using contract::FormatTime;
using contract::NameOf;

// Events may be large (their record sets); a reply stays well below what the channel takes.
constexpr unsigned kPageSize = 200;

struct EventOptions {
  std::string since;
  std::string user;
  std::string host;
  std::string channel;
  std::string incident;
  std::string rule;
  bool shadow = false;
};

base::Result<v1::QueryEventsRequest> MakeRequest(const EventOptions& options) {
  v1::QueryEventsRequest request;
  request.set_page_size(kPageSize);
  request.set_user(options.user);
  request.set_host(options.host);
  request.set_incident_id(options.incident);
  request.set_rule(options.rule);
  request.set_shadow(options.shadow);
  if (const auto channel = contract::ParseName<v1::Channel>(options.channel)) request.set_channel(*channel);
  if (options.since.empty()) return request;
  const auto since = ParseSince(options.since);
  if (!since) return since.error();
  *request.mutable_since() = *since;
  return request;
}

std::vector<std::string> GapRow(const v1::Event& event) {
  const v1::Gap& gap = event.gap();
  const std::string until = "blind until " + FormatTime(gap.until());
  const std::string& host = event.host().empty() ? event.agent_id() : event.host();
  return {FormatTime(gap.from()), host, "", "gap", "", gap.sensor(), until, "", "", "", gap.reason()};
}

std::vector<std::string> EventRow(const v1::Event& event) {
  if (event.has_gap()) return GapRow(event);
  const v1::Activity& activity = event.activity();
  const std::string shadow = event.shadow() ? " (shadow)" : "";
  return {FormatTime(activity.at()),
          activity.host(),
          activity.user(),
          NameOf(activity.kind()),
          NameOf(activity.channel()),
          activity.process().exe(),
          activity.file().path(),
          activity.destination().name(),
          std::to_string(event.inspection().customers().distinct()),
          NameOf(event.verdict()) + shadow,
          event.rule()};
}

int QueryEvents(Context& context, const EventOptions& options) {
  const auto request = MakeRequest(options);
  if (!request) return ReportError(context, request.error());
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  JsonArray array(context.out);
  Table table(
      {"AT", "HOST", "USER", "ACTIVITY", "CHANNEL", "PROCESS", "FILE", "DESTINATION", "CUSTOMERS", "VERDICT", "RULE"});
  const auto queried = ForEachPage(
      *request, [&](const auto& page) { return (*collector)->QueryEvents(page); },
      [&](const v1::QueryEventsResponse& page) {
        for (const v1::Event& event : page.events()) {
          context.json() ? array.Add(JsonLine(EventJson(event))) : table.AddRow(EventRow(event));
        }
        if (!context.json()) table.Write(context.out);
      });
  if (!queried) return ReportError(context, queried.error());
  if (context.json()) array.End();
  return kFine;
}

}  // namespace

void AddEventsCommand(CLI::App& app, Context& context) {
  CLI::App* events = app.add_subcommand("events", "What the agents reported");
  events->require_subcommand(1);
  const auto options = std::make_shared<EventOptions>();
  CLI::App* query = events->add_subcommand("query", "Events for which all given filters hold, oldest first");
  query->add_option("--since", options->since, "Not before this: 2026-11-22T10:00:00Z, or 24h for a day ago")
      ->type_name("TIME");
  query->add_option("--user", options->user, "Of this user")->type_name("NAME");
  query->add_option("--host", options->host, "On this host")->type_name("NAME");
  query->add_option("--channel", options->channel, "By this way out")
      ->type_name("CHANNEL")
      ->check(CLI::IsMember(contract::EnumValueNames(*google::protobuf::GetEnumDescriptor<v1::Channel>())));
  query->add_option("--incident", options->incident, "That count for this incident")->type_name("ID");
  query->add_option("--rule", options->rule, "That this rule decided")->type_name("ID");
  query->add_flag("--shadow", options->shadow, "Only what rules in shadow would have done");
  query->callback(
      [&context, options] { context.run = [&context, options] { return QueryEvents(context, *options); }; });
}

}  // namespace vigie::cli
