#pragma once

#include <string>
#include <vector>

#include "platform/base/result.h"

namespace vigie::agent {

struct Options {
  enum class Action { kRun, kCheckConfig, kPrintConfig, kEnroll, kPrintText };
  Action action = Action::kRun;
  std::string config_path = "/etc/vigie/agent.yaml";
  bool insecure_loopback = false;
  std::string token;   // kEnroll
  bool force = false;  // kEnroll
  std::string text;    // kPrintText: help or version
};

// The command line (arguments[0] is the program). kInvalidArgument says what is wrong and how to get help.
base::Result<Options> ParseOptions(const std::vector<std::string>& arguments);

}  // namespace vigie::agent
