#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "server/cli/command.h"
#include "server/cli/command_line.h"

namespace vigie::cli {

struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
};

// `vigie ARGUMENTS…`, in this process.
inline Outcome RunVigie(std::vector<std::string> arguments) {
  std::ostringstream out;
  std::ostringstream err;
  const int exit_code = RunCommandLine(std::move(arguments), out, err);
  return {exit_code, out.str(), err.str()};
}

}  // namespace vigie::cli
