#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace vigie::cli {

// The whole program: parses `arguments` (without the program's name), runs the command and returns its exit code
// (command.h).
int RunCommandLine(std::vector<std::string> arguments, std::ostream& out, std::ostream& err);

}  // namespace vigie::cli
