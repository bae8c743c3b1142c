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
  initialize->add_option("--admin", options.initialize.admin,
                         "Name of the first user of the console; his one-time password is printed");
}

void DescribeBackup(CLI::App& app, Options& options) {
  CLI::App* backup =
      app.add_subcommand("backup", "Copy all that is needed to restore into one file; the collector may run");
  backup->add_option("--state", options.backup.state, "State directory")->required();
  backup->add_option("--to", options.backup.to, "New file, mode 0600; FILE.sha256 is written beside it")
      ->type_name("FILE")
      ->required();
  backup->add_flag(
      "--without-keys", options.backup.without_keys,
      "Leave out all keys and admin.token: who has the file cannot make agents of his own, nor sign evidence");
  backup->add_option("--seal-with", options.backup.seal_with, "Seal it with the passphrase in this file (mode 0600)")
      ->type_name("FILE");
  backup->footer(
      "Without --seal-with the file is not encrypted: whoever can read it knows who held which record ids, and, with\n"
      "its keys, can pose as this site. The passphrase has at least 12 bytes (`openssl rand -base64 32`); keep a copy\n"
      "of it elsewhere than on this host and beside the backup: nobody opens the backup without it.");
  CLI::App* restore = app.add_subcommand("restore", "Make a state directory from a backup, after checking it");
  restore->add_option("FILE", options.restore.from, "The backup, with FILE.sha256 beside it")->required();
  restore->add_option("--state", options.restore.state, "Directory to make")->required();
  restore->add_flag("--replace", options.restore.replace, "Put a state that is there aside (it is never deleted)");
  restore->add_option("--seal-with", options.restore.seal_with, "File with the passphrase that it was sealed with")
      ->type_name("FILE");
  restore->footer("A backup that an older version made is taken, too: its store is brought to this version.");
}

void DescribeCheck(CLI::App& app, Options& options) {
  CLI::App* check = app.add_subcommand("check", "Say whether all that is stored fits together; the collector may run");
  check->add_option("--state", options.checked_state, "State directory")->required();
  check->footer("Exit code 1 if anything is wrong, each fault on a line of its own.");
}

void MakeAbsolute(std::string& path) {
  if (!path.empty()) path = std::filesystem::absolute(path).lexically_normal().string();
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
}

Command ChosenCommand(const CLI::App& app, const Switches& switches) {
  if (app.got_subcommand("init")) return Command::kInitialize;
  if (app.got_subcommand("backup")) return Command::kBackup;
  if (app.got_subcommand("restore")) return Command::kRestore;
  if (app.got_subcommand("check")) return Command::kCheckStore;
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
  DescribeBackup(app, options);
  DescribeCheck(app, options);
  app.require_subcommand(0, 1);
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
  for (std::string* path :
       {&options.initialize.state, &options.backup.state, &options.backup.to, &options.restore.from,
        &options.restore.state, &options.backup.seal_with, &options.restore.seal_with, &options.checked_state}) {
    MakeAbsolute(*path);
  }
  return options;
}

}  // namespace vigie::server
