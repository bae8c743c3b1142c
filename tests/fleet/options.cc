#include "tests/fleet/options.h"

#include <CLI/CLI.hpp>
#include <ostream>

namespace vigie::fleet {
namespace {

constexpr const char* kAbout =
    "Plays a site of many workstations to a collector, each a real gRPC client with its own certificate and "
    "connection, and says how "
    "the collector did: what it acknowledged, how fast, and, with --check, whether every count and incident is as it "
    "must be. It "
    "enrols its workstations and their events are kept: use a collector made for it. The result is one line of JSON on "
    "standard "
    "output. Exit codes: 0 fine, 1 something is not as it must be, 2 usage, 3 the collector cannot be reached or does "
    "not allow it.";

void DescribeCollector(CLI::App& app, Options& options) {
  app.add_option("--collector", options.collector, "HOST:PORT")->required();
  app.add_option("--ca", options.ca_file, "Certificate authority of the collector");
  app.add_option("--token-file", options.token_file, "API token")->required();
  app.add_flag("--insecure-loopback", options.insecure_loopback, "No TLS; the collector must run so, too");
  app.add_option("--credentials", options.credentials_file,
                 "Keep the workstations' certificates here and use them again");
  app.add_flag("--push-policy", options.push_policy, "Put the simulator's thresholds in force; --check needs them");
}

void DescribeFleet(CLI::App& app, Options& options) {
  app.add_option("--agents", options.agents, "Workstations")->check(CLI::Range(1, 1'000'000))->capture_default_str();
  app.add_option("--seed", options.seed, "Of all that is invented")->capture_default_str();
  auto* rate = app.add_option("--rate", options.rate, "Events a second, of all together")
                   ->check(CLI::Range(0.0, 1e7))
                   ->capture_default_str();
  app.add_option("--burst", options.burst, "So many of them at once, of one workstation")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--flood", options.flood, "Instead: so many events of each, made beforehand, as fast as they go")
      ->excludes(rate);
  app.add_option("--seconds", options.seconds, "How long events come")->capture_default_str();
  app.add_option("--patience", options.patience, "Seconds to wait for the last acknowledgement")->capture_default_str();
  app.add_option("--spread", options.spread, "Seconds over which the first connections are made")
      ->capture_default_str();
  app.add_option("--batch", options.batch, "Events in one message, at most")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_flag("--sign", options.sign, "Batches are signed, as real agents sign them");
  app.add_option(
      "--probe-every", options.probe_every,
      "Each so manieth event of a workstation raises an incident by itself: its way to a watcher is measured");
}

void DescribeTrouble(CLI::App& app, Options& options) {
  app.add_option("--crashes", options.crashes, "Workstations that are killed and start anew, a second");
  app.add_option("--drops", options.drops, "Connections that break, a second");
  app.add_option("--storm", options.storm, "All connections break at once, each so many seconds");
  app.add_option("--clock-error", options.clock_error_hours, "Hours by which hosts' clocks may be wrong, at most 23")
      ->check(CLI::Range(0, 23));
  app.add_flag("--hostile", options.hostile, "Some events break the contract, some sequences are never sent");
  app.add_option("--attackers", options.attackers, "Besides: clients that abuse the protocol, all the time");
  app.add_flag("--check", options.check, "Compare counts and incidents with the truth");
}

}  // namespace

base::Result<std::optional<Options>> ParseOptions(const std::vector<std::string>& arguments, std::ostream& out) {
  Options options;
  CLI::App app(kAbout, "vigie-fleet");
  DescribeCollector(app, options);
  DescribeFleet(app, options);
  DescribeTrouble(app, options);
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 wants them
  reversed.pop_back();                                                      // the program's name
  try {
    app.parse(reversed);
  } catch (const CLI::Success& success) {
    app.exit(success, out, out);
    return std::optional<Options>();
  } catch (const CLI::ParseError& error) {
    return base::Error{base::ErrorCode::kInvalidArgument, std::string(error.what()) + " (see --help)"};
  }
  if (!options.insecure_loopback && options.ca_file.empty()) {
    return base::Error{base::ErrorCode::kInvalidArgument, "give the collector's certificate authority: --ca FILE"};
  }
  return std::optional(options);
}

}  // namespace vigie::fleet
