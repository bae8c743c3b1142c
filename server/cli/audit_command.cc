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
using Json = nlohmann::ordered_json;

constexpr std::uint32_t kPageSize = 1000;

struct ListArguments {
  std::string since;
  std::string who;
  std::string method;
};

base::Result<v1::ListAuditRequest> RequestOf(const ListArguments& arguments) {
  v1::ListAuditRequest request;
  request.set_who(arguments.who);
  request.set_method(arguments.method);
  request.set_page_size(kPageSize);
  if (arguments.since.empty()) return request;
  const auto since = ParseSince(arguments.since);
  if (!since) return since.error();
  *request.mutable_since() = *since;
  return request;
}

Json EntryJson(const v1::AuditEntry& entry) {
  // What was asked is JSON itself; if it ever is not, it stands there as text.
  Json asked = Json::parse(entry.asked(), nullptr, false);
  if (asked.is_discarded()) asked = entry.asked();
  return {{"number", entry.number()},
          {"at", FormatTime(entry.at())},
          {"who", entry.who()},
          {"role", entry.role()},
          {"address", entry.address()},
          {"method", entry.method()},
          {"access", NameOf(entry.access())},
          {"asked", asked},
          {"outcome", entry.outcome()},
          {"customers", entry.customers()},
          {"events", entry.events()},
          {"incidents", entry.incidents()}};
}

std::vector<std::string> EntryRow(const v1::AuditEntry& entry) {
  return {std::to_string(entry.number()),
          FormatTime(entry.at()),
          entry.who(),
          entry.address(),
          entry.method(),
          entry.outcome(),
          std::to_string(entry.customers()),
          std::to_string(entry.events()),
          entry.asked()};
}

int ListAudit(Context& context, const ListArguments& arguments) {
  const auto request = RequestOf(arguments);
  if (!request) return ReportError(context, request.error());
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  JsonArray array(context.out);
  Table table({"NUMBER", "AT", "WHO", "FROM", "METHOD", "OUTCOME", "CUSTOMERS", "EVENTS", "ASKED"});
  const auto listed = ForEachPage(
      *request, [&](const auto& page) { return (*collector)->ListAudit(page); },
      [&](const v1::ListAuditResponse& page) {
        for (const v1::AuditEntry& entry : page.entries()) {
          context.json() ? array.Add(JsonLine(EntryJson(entry))) : table.AddRow(EntryRow(entry));
        }
        if (!context.json()) table.Write(context.out);
      });
  if (!listed) return ReportError(context, listed.error());
  if (context.json()) array.End();
  return kFine;
}

int VerifyAudit(Context& context) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  const auto verified = (*collector)->VerifyAudit();
  if (!verified) return ReportError(context, verified.error());
  if (context.json()) {
    context.out << JsonLine({{"good", verified->good()},
                             {"entries", verified->entries()},
                             {"first", verified->first()},
                             {"last", verified->last()},
                             {"hash", verified->hash()},
                             {"faulty", verified->faulty()},
                             {"fault", verified->fault()}})
                << "\n";
  } else if (verified->good()) {
    context.out << "good: " << verified->entries() << " entries, the last is " << verified->last() << " with hash "
                << verified->hash() << "\n";
  } else {
    context.out << "NOT GOOD at " << verified->faulty() << ": " << verified->fault() << " (" << verified->entries()
                << " entries before it hold)\n";
  }
  return verified->good() ? kFine : kFound;
}

}  // namespace

void AddAuditCommand(CLI::App& app, Context& context) {
  CLI::App* audit = app.add_subcommand("audit", "Who has read or changed what; for tokens of role auditor or admin");
  audit->require_subcommand(1);
  CLI::App* list = audit->add_subcommand("list", "Calls of people and scripts, oldest first");
  const auto arguments = std::make_shared<ListArguments>();
  list->add_option("--since", arguments->since, "2026-11-22T10:00:00Z, or 24h for a day ago")->type_name("TIME");
  list->add_option("--who", arguments->who, "Name of an API token; also enrolment, collector, unknown")
      ->type_name("NAME");
  list->add_option("--method", arguments->method, "IncidentService/GetIncident, or only IncidentService")
      ->type_name("METHOD");
  list->callback(
      [&context, arguments] { context.run = [&context, arguments] { return ListAudit(context, *arguments); }; });
  CLI::App* verify = audit->add_subcommand(
      "verify", "Walk the hash chain: exit code 1 if an entry was changed or removed, and says which");
  verify->footer(
      "Note number and hash of the last entry elsewhere from time to time: who can write the store could also compute\n"
      "the whole chain anew, but not so that the hashes you noted still stand in it.");
  verify->callback([&context] { context.run = [&context] { return VerifyAudit(context); }; });
}

}  // namespace vigie::cli
