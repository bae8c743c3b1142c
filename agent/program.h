#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace vigie::agent {

// The whole program, with its streams given. Returns the exit code: 0 fine, 2 usage or input error, 3 cannot reach or
// not allowed; each failure is one sentence on `errors`.
int RunProgram(const std::vector<std::string>& arguments, std::ostream& output, std::ostream& errors);

}  // namespace vigie::agent
