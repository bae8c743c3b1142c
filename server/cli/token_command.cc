#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "proto/contract/time_conversion.h"
#include "server/cli/collector_channel.h"
#include "server/cli/command.h"
#include "server/cli/event_json.h"

namespace vigie::cli {
namespace {

struct TokenOptions {
  std::string valid_for = "24h";
  std::uint32_t uses = 1;
};

int CreateToken(Context& context, const TokenOptions& options) {
  const auto valid_for = contract::ParseDuration(options.valid_for);
  if (!valid_for) return ReportError(context, valid_for.error().Wrap("--valid-for"));
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  v1::CreateEnrollmentTokenRequest request;
  *request.mutable_valid_for() = contract::ToProto(*valid_for);
  request.set_uses(options.uses);
  const auto response = (*collector)->CreateEnrollmentToken(request);
  if (!response) return ReportError(context, response.error());
  if (context.json()) {
    const std::string expires_at = contract::FormatTime(response->expires_at());
    context.out << JsonLine({{"token", response->token()}, {"expires_at", expires_at}}) << "\n";
  } else {
    context.out << response->token() << "\n";  // alone: scripts hand it to vigie-agent enroll
  }
  return kFine;
}

}  // namespace

void AddTokenCommand(CLI::App& app, Context& context) {
  CLI::App* token = app.add_subcommand("token", "Enrolment of new agents, and who may ask the collector");
  token->require_subcommand(1);
  const auto options = std::make_shared<TokenOptions>();
  CLI::App* create =
      token->add_subcommand("create", "Print a token with which vigie-agent enroll gets its certificate");
  create->add_option("--valid-for", options->valid_for, "At most 30d")->type_name("TIME")->capture_default_str();
  create->add_option("--uses", options->uses, "How many agents may use it")
      ->type_name("N")
      ->check(CLI::Range(1U, 10'000U))
      ->capture_default_str();
  create->callback(
      [&context, options] { context.run = [&context, options] { return CreateToken(context, *options); }; });
  AddApiTokens(*token, context);
}

}  // namespace vigie::cli
