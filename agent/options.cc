#include "agent/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

namespace vigie::agent {
namespace {

constexpr char kVersionLine[] = "vigie-agent " VIGIE_VERSION;

struct Stops {
  bool after_check = false;
  bool after_print = false;
};

void Declare(CLI::App& app, Options& options, Stops& stops) {
  app.name("vigie-agent");
  app.set_version_flag("--version", kVersionLine);
  app.add_option("--config", options.config_path, "Configuration file")->capture_default_str();
  app.add_flag("--insecure-loopback", options.insecure_loopback,
               "No TLS and no enrolment; for a collector on this machine only");
  auto* check = app.add_flag("--check-config", stops.after_check, "Read and check the configuration, then stop");
  auto* print =
      app.add_flag("--print-config", stops.after_print, "Print the configuration with its defaults, then stop");
  check->excludes(print);
  auto* enroll = app.add_subcommand("enroll", "Get this host's identity from the collector");
  enroll->fallthrough();
  enroll->add_option("--token", options.token, "Enrolment token, made by `vigie token create`")->required();
  enroll->add_flag("--force", options.force, "Replace the identity that this host has");
}

Options::Action ActionOf(const CLI::App& app, const Stops& stops) {
  if (app.got_subcommand("enroll")) return Options::Action::kEnroll;
  if (stops.after_check) return Options::Action::kCheckConfig;
  if (stops.after_print) return Options::Action::kPrintConfig;
  return Options::Action::kRun;
}

Options PrintText(std::string text) {
  Options options;
  options.action = Options::Action::kPrintText;
  options.text = std::move(text);
  return options;
}

}  // namespace

base::Result<Options> ParseOptions(const std::vector<std::string>& arguments) {
  Options options;
  CLI::App app("Watches who opens customer data and by which way it leaves, and reports it to the Vigie collector.");
  Stops stops;
  Declare(app, options, stops);
  // CLI11 takes them last first.
  std::vector<std::string> reversed(arguments.begin() + std::min<std::ptrdiff_t>(1, std::ssize(arguments)),
                                    arguments.end());
  std::ranges::reverse(reversed);
  try {
    app.parse(reversed);
  } catch (const CLI::CallForVersion&) {
    return PrintText(std::string(kVersionLine) + "\n");
  } catch (const CLI::CallForHelp&) {
    return PrintText(app.help());
  } catch (const CLI::ParseError& error) {
    return base::Error{base::ErrorCode::kInvalidArgument,
                       std::string(error.what()) + " (vigie-agent --help tells more)"};
  }
  options.action = ActionOf(app, stops);
  return options;
}

}  // namespace vigie::agent
