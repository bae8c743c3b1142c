#include "server/cli/command_line.h"

#include <algorithm>
#include <ostream>

#include "server/cli/command.h"
#include "server/cli/printable.h"

namespace vigie::cli {
namespace {

constexpr const char* kFooter =
    "Exit codes: 0 fine; 1 the answer is \"found\" or \"not all\"; 2 usage or input error; 3 cannot reach the "
    "collector, it is too busy, or not "
    "allowed.\nEach command has its own --help.";

void AddGlobalOptions(CLI::App& app, Context& context) {
  app.add_option("--collector", context.collector, "Collector to ask")
      ->type_name("HOST:PORT")
      ->envname("VIGIE_COLLECTOR");
  app.add_option("--ca", context.ca_file, "Certificate of the authority that signed the collector's")
      ->type_name("FILE")
      ->envname("VIGIE_CA");
  app.add_option("--token-file", context.token_file, "File that holds your API token")
      ->type_name("FILE")
      ->envname("VIGIE_TOKEN_FILE");
  app.add_option("--output", context.output, "How answers are written: table or json")
      ->type_name("FORM")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  app.add_flag("--insecure-loopback", context.insecure_loopback,
               "No TLS; refused unless the collector is on this machine");
}

void AddCommands(CLI::App& app, Context& context) {
  AddScanCommand(app, context);
  AddIndexCommand(app, context);
  AddAttributeCommand(app, context);
  AddIncidentsCommand(app, context);
  AddBlockCommands(app, context);
  AddDossierCommand(app, context);
  AddEventsCommand(app, context);
  AddEvidenceCommand(app, context);
  AddAgentsCommand(app, context);
  AddPolicyCommand(app, context);
  AddTokenCommand(app, context);
  AddAuditCommand(app, context);
  AddStoreCommand(app, context);
  AddIntegrationsCommand(app, context);
  AddUsersCommand(app, context);
}

ExitCode ExitCodeOf(base::ErrorCode code) {
  switch (code) {
    case base::ErrorCode::kUnavailable:
    case base::ErrorCode::kDeadlineExceeded:
    case base::ErrorCode::kCancelled:
    case base::ErrorCode::kUnauthenticated:
    case base::ErrorCode::kPermissionDenied:
      return kUnreachable;
    default:
      return kUsage;
  }
}

int Finish(Context& context, int exit_code) {
  context.out.flush();
  if (context.out.good()) return exit_code;
  return ReportError(context, {base::ErrorCode::kInternal, "cannot write the output: is the disk full?"});
}

}  // namespace

int ReportError(Context& context, const base::Error& error) {
  context.err << "vigie: " << Printable(error.message) << "\n";
  return ExitCodeOf(error.code);
}

int RunCommandLine(std::vector<std::string> arguments, std::ostream& out, std::ostream& err) {
  CLI::App app("Vigie: see customer data leave, and say whose it was.", "vigie");
  Context context{.out = out, .err = err};
  app.set_version_flag("--version", "vigie " VIGIE_VERSION);
  app.footer(kFooter);
  app.require_subcommand(1);
  app.fallthrough();  // global options may stand after the command too; subcommands inherit this
  AddGlobalOptions(app, context);
  AddCommands(app, context);
  try {
    std::ranges::reverse(arguments);  // what CLI11 asks of a vector
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& fault) {
    return app.exit(fault, out, err) == 0 ? kFine : kUsage;
  }
  return Finish(context, context.run());
}

}  // namespace vigie::cli
