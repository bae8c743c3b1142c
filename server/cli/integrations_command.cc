#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "proto/contract/time_conversion.h"
#include "server/cli/collector_channel.h"
#include "server/cli/command.h"
#include "server/cli/event_json.h"
#include "server/cli/json_array.h"
#include "server/cli/printable.h"
#include "server/cli/table.h"

namespace vigie::cli {
namespace {

std::string ToJson(const v1::IntegrationStatus& status) {
  using contract::FormatTime;
  return JsonLine({{"name", status.name()},
                   {"kind", status.kind()},
                   {"target", status.target()},
                   {"waiting", status.waiting()},
                   {"oldest_waiting_at", FormatTime(status.oldest_waiting_at())},
                   {"delivered", status.delivered()},
                   {"dropped", status.dropped()},
                   {"last_delivered_at", FormatTime(status.last_delivered_at())},
                   {"failures", status.failures()},
                   {"last_error", status.last_error()},
                   {"last_error_at", FormatTime(status.last_error_at())},
                   {"next_attempt_at", FormatTime(status.next_attempt_at())}});
}

int ListIntegrations(Context& context) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  const auto response = (*collector)->ListIntegrations();
  if (!response) return ReportError(context, response.error());
  JsonArray array(context.out);
  Table table({"NAME", "KIND", "TARGET", "WAITING", "DELIVERED", "DROPPED", "LAST DELIVERED", "LAST ERROR"});
  bool all_deliver = true;
  for (const v1::IntegrationStatus& status : response->integrations()) {
    all_deliver = all_deliver && status.failures() == 0;
    if (context.json()) {
      array.Add(ToJson(status));
    } else {
      table.AddRow({status.name(), status.kind(), status.target(), std::to_string(status.waiting()),
                    std::to_string(status.delivered()), std::to_string(status.dropped()),
                    contract::FormatTime(status.last_delivered_at()), status.last_error()});
    }
  }
  context.json() ? array.End() : table.Write(context.out);
  return all_deliver ? kFine : kFound;
}

int TestIntegration(Context& context, const v1::TestIntegrationRequest& request) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  const auto response = (*collector)->TestIntegration(request);
  if (!response) return ReportError(context, response.error());
  if (context.json()) {
    context.out << JsonLine({{"name", request.name()},
                             {"taken", response->taken()},
                             {"error", response->error()},
                             {"id", response->id()},
                             {"milliseconds", response->milliseconds()}})
                << "\n";
  } else if (response->taken()) {
    context.out << "taken within " << response->milliseconds() << " ms, id " << response->id() << "\n";
  } else {
    context.out << "not taken: " << Printable(response->error()) << "\n";
  }
  return response->taken() ? kFine : kFound;
}

}  // namespace

void AddIntegrationsCommand(CLI::App& app, Context& context) {
  CLI::App* integrations =
      app.add_subcommand("integrations", "Where the collector sends incidents and the health of the fleet");
  integrations->require_subcommand(1);
  CLI::App* list = integrations->add_subcommand("list", "What waits, what was delivered, and why not; 1 if one fails");
  list->callback([&context] { context.run = [&context] { return ListIntegrations(context); }; });
  CLI::App* test =
      integrations->add_subcommand("test", "Send one a finding that says it is a test; 1 if it is not taken");
  const auto request = std::make_shared<v1::TestIntegrationRequest>();
  test->add_option_function<std::string>("NAME", [request](const std::string& name) { request->set_name(name); })
      ->required();
  test->callback(
      [&context, request] { context.run = [&context, request] { return TestIntegration(context, *request); }; });
}

}  // namespace vigie::cli
