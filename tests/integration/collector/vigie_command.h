#pragma once

#include <string>

#include "tests/integration/collector/collector_under_test.h"

namespace vigie::server {

struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
};

// The real `vigie ARGUMENTS`, through the shell, as a person types it.
Outcome RunVigie(const std::string& arguments);

// The options by which it asks this collector with the first token.
std::string AsAnalyst(const Collector& collector, const InitializedState& state);

}  // namespace vigie::server
