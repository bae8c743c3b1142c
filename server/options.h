#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "server/backup.h"
#include "server/initialize.h"

namespace vigie::server {

enum class Command { kRun, kCheckConfig, kPrintConfig, kInitialize, kBackup, kRestore, kCheckStore, kNothing };

struct Options {
  Command command = Command::kRun;  // kNothing: help or version were printed
  std::string config = "/etc/vigie/collector.yaml";
  bool insecure_loopback = false;
  InitializeOptions initialize;
  BackupOptions backup;
  RestoreOptions restore;
  std::string checked_state;
};

// Reads the command line; help and version go to `out`. kInvalidArgument in one sentence.
base::Result<Options> ParseOptions(const std::vector<std::string>& arguments, std::ostream& out);

}  // namespace vigie::server
