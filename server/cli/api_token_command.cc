#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "proto/contract/time_conversion.h"
#include "server/cli/collector_channel.h"
#include "server/cli/command.h"
#include "server/cli/event_json.h"
#include "server/cli/json_array.h"
#include "server/cli/table.h"

namespace vigie::cli {
namespace {

int CreateApiToken(Context& context, const v1::CreateApiTokenRequest& request) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  const auto response = (*collector)->CreateApiToken(request);
  if (!response) return ReportError(context, response.error());
  if (context.json()) {
    context.out << JsonLine({{"name", request.name()}, {"role", request.role()}, {"token", response->token()}}) << "\n";
  } else {
    context.out << response->token() << "\n";  // alone, for a file
  }
  return kFine;
}

int ListApiTokens(Context& context) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  const auto response = (*collector)->ListApiTokens();
  if (!response) return ReportError(context, response.error());
  JsonArray array(context.out);
  Table table({"NAME", "ROLE", "CREATED"});
  for (const v1::ApiTokenStatus& token : response->tokens()) {
    const std::string created = contract::FormatTime(token.created_at());
    context.json() ? array.Add(JsonLine({{"name", token.name()}, {"role", token.role()}, {"created_at", created}}))
                   : table.AddRow({token.name(), token.role(), created});
  }
  context.json() ? array.End() : table.Write(context.out);
  return kFine;
}

int RevokeApiToken(Context& context, const std::string& name) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  v1::RevokeApiTokenRequest request;
  request.set_name(name);
  const auto revoked = (*collector)->RevokeApiToken(request);
  return revoked ? kFine : ReportError(context, revoked.error());
}

}  // namespace

void AddApiTokens(CLI::App& token, Context& context) {
  const auto request = std::make_shared<v1::CreateApiTokenRequest>();
  CLI::App* create = token.add_subcommand(
      "create-api",
      "Print an API token for one person or script, under whose name the audit knows it; shown only once");
  create->add_option_function<std::string>("NAME", [request](const std::string& name) { request->set_name(name); })
      ->required();
  create
      ->add_option_function<std::string>(
          "--role", [request](const std::string& role) { request->set_role(role); },
          "admin may do everything, analyst works on incidents and reads customers' "
          "data, officer (of data protection) does so, too, and may know which customers they are, auditor reads the "
          "audit, policies and agents")
      ->check(CLI::IsMember({"admin", "analyst", "auditor", "officer"}))
      ->required();
  create->callback(
      [&context, request] { context.run = [&context, request] { return CreateApiToken(context, *request); }; });
  CLI::App* list = token.add_subcommand("list", "Names and roles of the API tokens");
  list->callback([&context] { context.run = [&context] { return ListApiTokens(context); }; });
  CLI::App* revoke = token.add_subcommand("revoke", "From now on this API token opens nothing");
  const auto name = std::make_shared<std::string>();
  revoke->add_option("NAME", *name, "As vigie token list shows it")->required();
  revoke->callback([&context, name] { context.run = [&context, name] { return RevokeApiToken(context, *name); }; });
}

}  // namespace vigie::cli
