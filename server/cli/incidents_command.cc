#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <utility>

#include "proto/contract/enum_names.h"
#include "proto/contract/time_conversion.h"
#include "server/cli/collector_channel.h"
#include "server/cli/command.h"
#include "server/cli/event_json.h"
#include "server/cli/incident_json.h"
#include "server/cli/json_array.h"
#include "server/cli/paging.h"
#include "server/cli/printable.h"
#include "server/cli/table.h"
#include "server/cli/text_file.h"

namespace vigie::cli {
namespace {

using contract::FormatTime;
using contract::NameOf;

constexpr unsigned kPageSize = 500;

struct IncidentOptions {
  std::string id;
  std::string state;
  std::string assignee;
  std::string reason;
  std::string set_file;
  bool skip_current = false;
};

std::vector<std::string> ChannelNames(const v1::Incident& incident) {
  std::vector<std::string> names;
  for (const int channel : incident.channels()) names.push_back(NameOf(static_cast<v1::Channel>(channel)));
  return names;
}

template <typename List>
std::string JoinList(const List& list) {
  return Join({list.begin(), list.end()});
}

std::vector<std::string> IncidentRow(const v1::Incident& incident) {
  return {incident.id(),
          incident.rule(),
          NameOf(incident.severity()),
          NameOf(incident.state()),
          incident.user(),
          incident.host(),
          Join(ChannelNames(incident)),
          std::to_string(incident.events()),
          std::to_string(incident.distinct_customers()),
          FormatTime(incident.updated_at())};
}

int ListIncidents(Context& context, const IncidentOptions& options) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  v1::ListIncidentsRequest request;
  request.set_page_size(kPageSize);
  if (const auto state = contract::ParseName<v1::IncidentState>(options.state)) request.set_state(*state);
  std::uint64_t suppressed = 0;
  JsonArray array(context.out);
  Table table({"ID", "RULE", "SEVERITY", "STATE", "USER", "HOST", "CHANNELS", "EVENTS", "CUSTOMERS", "UPDATED"});
  const auto listed = ForEachPage(
      request, [&](const auto& page) { return (*collector)->ListIncidents(page); },
      [&](const v1::ListIncidentsResponse& page) {
        for (const v1::Incident& incident : page.incidents()) {
          context.json() ? array.Add(JsonLine(IncidentJson(incident))) : table.AddRow(IncidentRow(incident));
        }
        if (!context.json()) table.Write(context.out);
        for (const v1::Incident& incident : page.incidents()) {
          suppressed += incident.state() == v1::INCIDENT_STATE_SUPPRESSED ? 1 : 0;
        }
      });
  if (!listed) return ReportError(context, listed.error());
  if (context.json()) array.End();
  if (!context.json() && suppressed > 0) context.out << "suppressed: " << suppressed << "\n";
  return kFine;
}

std::string SuppressedBy(const v1::Incident& incident) {
  if (!incident.has_suppressed_by()) return "";
  const v1::SuppressedBy& by = incident.suppressed_by();
  return by.owner() + " until " + FormatTime(by.until()) + (by.reason().empty() ? "" : ": " + by.reason());
}

void WriteIncident(const v1::Incident& incident, std::ostream& out) {
  WriteFields({{"id", incident.id()},
               {"rule", incident.rule()},
               {"severity", NameOf(incident.severity())},
               {"state", NameOf(incident.state())},
               {"subject", incident.subject()},
               {"user", incident.user()},
               {"host", incident.host()},
               {"opened", FormatTime(incident.opened_at())},
               {"updated", FormatTime(incident.updated_at())},
               {"first event", FormatTime(incident.first_event_at())},
               {"last event", FormatTime(incident.last_event_at())},
               {"channels", Join(ChannelNames(incident))},
               {"processes", JoinList(incident.processes())},
               {"events", std::to_string(incident.events())},
               {"measured", std::to_string(incident.measured())},
               {"distinct customers", std::to_string(incident.distinct_customers())},
               {"actions", JoinList(incident.actions())},
               {"assignee", incident.assignee()},
               {"closed because", incident.closed_reason()},
               {"explanation", incident.explanation()},
               {"suppressed by", SuppressedBy(incident)}},
              out);
  for (const v1::IncidentStep& step : incident.steps()) {
    out << "  step " << Printable(step.name()) << "  " << FormatTime(step.at()) << "  " << Printable(step.event_id())
        << "\n";
  }
}

base::Result<void> WriteRecords(const v1::Incident& incident, const std::string& file) {
  if (incident.records().empty() && incident.distinct_customers() > 0) {
    return base::Error{base::ErrorCode::kPermissionDenied,
                       "which customers they are is shown to officers and admins, and to who was let see them"};
  }
  return WriteFile(file, incident.records());
}

int ShowIncident(Context& context, const IncidentOptions& options) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  v1::GetIncidentRequest request;
  request.set_id(options.id);
  const auto incident = (*collector)->GetIncident(request);
  if (!incident) return ReportError(context, incident.error());
  if (!options.set_file.empty()) {
    const auto written = WriteRecords(*incident, options.set_file);
    if (!written) return ReportError(context, written.error());
  }
  if (context.json()) {
    context.out << JsonLine(IncidentDetailJson(*incident)) << "\n";
    return kFine;
  }
  WriteIncident(*incident, context.out);
  for (const std::string& id : incident->event_ids()) context.out << "  event " << Printable(id) << "\n";
  return kFine;
}

std::string WatchLine(const v1::Incident& incident) {
  const std::vector<std::string> row = IncidentRow(incident);
  return FormatTime(incident.updated_at()) + "  " + NameOf(incident.state()) + "  " + NameOf(incident.severity()) +
         "  " + incident.rule() + "  " + incident.subject() + "  customers " +
         std::to_string(incident.distinct_customers()) + "  events " + std::to_string(incident.events()) + "  " +
         Join(ChannelNames(incident)) + "  " + incident.id();
}

int WatchIncidents(Context& context, const IncidentOptions& options) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  v1::WatchIncidentsRequest request;
  request.set_skip_current(options.skip_current);
  const auto watched = (*collector)->WatchIncidents(request, [&context](const v1::Incident& incident) {
    context.out << (context.json() ? JsonLine(IncidentJson(incident)) : Printable(WatchLine(incident))) << std::endl;
    return context.out.good();
  });
  if (!watched) return ReportError(context, watched.error());
  return kFine;
}

int ReportChange(Context& context, const base::Result<v1::Incident>& incident) {
  if (!incident) return ReportError(context, incident.error());
  if (context.json()) {
    context.out << JsonLine(IncidentJson(*incident)) << "\n";
  } else {
    WriteIncident(*incident, context.out);
  }
  return kFine;
}

int AssignIncident(Context& context, const IncidentOptions& options) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  v1::AssignIncidentRequest request;
  request.set_id(options.id);
  request.set_assignee(options.assignee);
  return ReportChange(context, (*collector)->AssignIncident(request));
}

int CloseIncident(Context& context, const IncidentOptions& options) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  v1::CloseIncidentRequest request;
  request.set_id(options.id);
  request.set_reason(options.reason);
  return ReportChange(context, (*collector)->CloseIncident(request));
}

using Options = std::shared_ptr<IncidentOptions>;
using Run = int (*)(Context&, const IncidentOptions&);

CLI::App* AddAction(CLI::App& incidents, Context& context, const Options& options, std::pair<const char*, Run> action) {
  CLI::App* command = incidents.get_subcommand(action.first);
  command->callback([&context, options, run = action.second] {
    context.run = [&context, options, run] { return run(context, *options); };
  });
  return command;
}

}  // namespace

void AddIncidentsCommand(CLI::App& app, Context& context) {
  CLI::App* incidents = app.add_subcommand("incidents", "What the thresholds raised");
  incidents->require_subcommand(1);
  const auto options = std::make_shared<IncidentOptions>();

  CLI::App* list = incidents->add_subcommand("list", "All incidents, newest first");
  list->add_option("--state", options->state, "Only these: open, closed or suppressed")
      ->check(CLI::IsMember({"open", "closed", "suppressed"}));
  CLI::App* show = incidents->add_subcommand("show", "One incident with its customers' record ids and its events");
  show->add_option("--set", options->set_file,
                   "Also write the customers' record set here, for vigie index resolve --set")
      ->type_name("FILE");
  CLI::App* watch =
      incidents->add_subcommand("watch", "Open incidents, then each one that opens, grows or closes, as it does");
  watch->add_flag("--skip-current", options->skip_current, "Only what happens from now on");
  CLI::App* assign = incidents->add_subcommand("assign", "Hand an incident to somebody");
  CLI::App* close = incidents->add_subcommand("close", "Close an incident; what it blocked is free again");
  for (CLI::App* command : {show, assign, close}) {
    command->add_option("ID", options->id, "The incident")->required();
  }
  assign->add_option("NAME", options->assignee, "Who takes it")->required();
  close->add_option("--reason", options->reason, "Why")->type_name("TEXT");

  AddAction(*incidents, context, options, {"list", ListIncidents});
  AddAction(*incidents, context, options, {"show", ShowIncident});
  AddAction(*incidents, context, options, {"watch", WatchIncidents});
  AddAction(*incidents, context, options, {"assign", AssignIncident});
  AddAction(*incidents, context, options, {"close", CloseIncident});
}

}  // namespace vigie::cli
