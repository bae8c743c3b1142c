#include "server/options.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <ostream>

namespace vigie::server {
namespace {

struct Switches {
  bool check = false;
  bool print = false;
};

void Describe(CLI::App& app, Options& options, Switches& switches) {
  app.set_version_flag("--version", std::string("vigie-collector ") + VIGIE_VERSION);
  app.add_option("--config", options.config, "Configuration file")->capture_default_str();
  auto* check = app.add_flag("--check-config", switches.check, "Only say whether the configuration is good");
  app.add_flag("--print-config", switches.print, "Print the configuration in force and stop")->excludes(check);
  app.add_flag("--insecure-loopback", options.insecure_loopback, "No TLS; refuses any address but loopback");
}

void DescribeInitialize(CLI::App& app, Options& options) {
  CLI::App* initialize = app.add_subcommand("init", "Make a site's authority, server certificate and admin token");
  initialize->add_option("--state", options.initialize.state, "Directory to make them in")->required();
  initialize->add_option("--name", options.initialize.name, "Name of this host, as agents call it")->required();
}

Command ChosenCommand(const CLI::App& app, const Switches& switches) {
  if (app.got_subcommand("init")) return Command::kInitialize;
  if (switches.check) return Command::kCheckConfig;
  return switches.print ? Command::kPrintConfig : Command::kRun;
}

}  // namespace

base::Result<Options> ParseOptions(const std::vector<std::string>& arguments, std::ostream& out) {
  Options options;
  Switches switches;
  CLI::App app("Receives what agents report, applies thresholds, raises incidents.", "vigie-collector");
  Describe(app, options, switches);
  DescribeInitialize(app, options);
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 wants them
  reversed.pop_back();                                                      // the program's name
  try {
    app.parse(reversed);
  } catch (const CLI::Success& success) {
    app.exit(success, out, out);
    options.command = Command::kNothing;
    return options;
  } catch (const CLI::ParseError& error) {
    return base::Error{base::ErrorCode::kInvalidArgument, std::string(error.what()) + " (see --help)"};
  }
  options.command = ChosenCommand(app, switches);
  if (options.command == Command::kInitialize) {
    options.initialize.state = std::filesystem::absolute(options.initialize.state).lexically_normal().string();
  }
  return options;
}

}  // namespace vigie::server
