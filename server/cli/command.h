#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <iosfwd>
#include <string>

#include "platform/base/result.h"

// The frame of the `vigie` command line. One file per command: it adds its options to CLI11 and sets `run`.
namespace vigie::cli {

// Of all commands.
enum ExitCode {
  kFine = 0,
  kFound = 1,        // the answer is "found" or "not all"
  kUsage = 2,        // usage or input error
  kUnreachable = 3,  // cannot reach the collector, or not allowed
};

struct Context {
  // Global options, also from VIGIE_COLLECTOR, VIGIE_CA and VIGIE_TOKEN_FILE.
  std::string collector{};
  std::string ca_file{};
  std::string token_file{};
  bool insecure_loopback = false;
  std::string output = "table";  // or json

  std::ostream& out;
  std::ostream& err;
  std::function<int()> run{};  // set by the chosen command's callback; returns the exit code

  bool json() const { return output == "json"; }
};

// "vigie: message" on err; the exit code that fits the error.
int ReportError(Context& context, const base::Error& error);

void AddScanCommand(CLI::App& app, Context& context);
void AddIndexCommand(CLI::App& app, Context& context);
void AddAttributeCommand(CLI::App& app, Context& context);
void AddIncidentsCommand(CLI::App& app, Context& context);
void AddDossierCommand(CLI::App& app, Context& context);
void AddEventsCommand(CLI::App& app, Context& context);
void AddEvidenceCommand(CLI::App& app, Context& context);
void AddAgentsCommand(CLI::App& app, Context& context);
void AddPolicyCommand(CLI::App& app, Context& context);
void AddTokenCommand(CLI::App& app, Context& context);
void AddAuditCommand(CLI::App& app, Context& context);
void AddStoreCommand(CLI::App& app, Context& context);
void AddIntegrationsCommand(CLI::App& app, Context& context);
void AddUsersCommand(CLI::App& app, Context& context);
// history, diff and get --version, below `vigie policy`.
void AddPolicyHistory(CLI::App& policy, Context& context);
// rollout, promote and rollback, below `vigie policy`.
void AddPolicyRollout(CLI::App& policy, Context& context);
// list, set and assign, below `vigie agents ring`.
void AddRings(CLI::App& agents, Context& context);
// block, lift and blocks.
void AddBlockCommands(CLI::App& app, Context& context);
// create-api, list and revoke, below `vigie token`.
void AddApiTokens(CLI::App& token, Context& context);

}  // namespace vigie::cli
