#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "proto/contract/time_conversion.h"
#include "server/cli/collector_channel.h"
#include "server/cli/command.h"
#include "server/cli/event_json.h"
#include "server/cli/table.h"

namespace vigie::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string KeepText(const v1::RetentionCount& count) {
  return contract::FormatDuration(contract::FromProto(count.keep()));
}

void WriteJson(const v1::RunRetentionResponse& response, bool dry_run, std::ostream& out) {
  Json counts = Json::array();
  for (const v1::RetentionCount& count : response.counts()) {
    counts.push_back({{"what", count.what()}, {"keep", KeepText(count)}, {"removed", count.removed()}});
  }
  const double longest =
      std::chrono::duration<double, std::milli>(contract::FromProto(response.longest_hold())).count();
  out << JsonLine({{"dry_run", dry_run},
                   {"counts", counts},
                   {"held_by_open_incidents", response.held()},
                   {"longest_hold_milliseconds", longest}})
      << "\n";
}

int RunRetention(Context& context, bool dry_run) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  v1::RunRetentionRequest request;
  request.set_dry_run(dry_run);
  const auto response = (*collector)->RunRetention(request);
  if (!response) return ReportError(context, response.error());
  if (context.json()) {
    WriteJson(*response, dry_run, context.out);
    return kFine;
  }
  Table table({"WHAT", "KEPT FOR", dry_run ? "WOULD GO" : "REMOVED"});
  for (const v1::RetentionCount& count : response->counts()) {
    table.AddRow({count.what(), KeepText(count), std::to_string(count.removed())});
  }
  table.Write(context.out);
  if (response->held() > 0) context.out << response->held() << " more are held by open incidents\n";
  return kFine;
}

}  // namespace

void AddStoreCommand(CLI::App& app, Context& context) {
  CLI::App* store = app.add_subcommand("store", "Care of what the collector keeps; for tokens of role admin");
  store->require_subcommand(1);
  CLI::App* retention = store->add_subcommand(
      "retention", "Remove now what is older than retention in collector.yaml says; it does so every hour by itself");
  const auto dry_run = std::make_shared<bool>(false);
  retention->add_flag("--dry-run", *dry_run, "Only say what would go");
  retention->callback(
      [&context, dry_run] { context.run = [&context, dry_run] { return RunRetention(context, *dry_run); }; });
}

}  // namespace vigie::cli
