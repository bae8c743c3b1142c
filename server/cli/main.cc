#include <exception>
#include <iostream>

#include "platform/base/logging.h"
#include "proto/contract/tls_floor.h"
#include "server/cli/command.h"
#include "server/cli/command_line.h"

int main(int argc, char** argv) {
  vigie::contract::UseTls13Only();  // sets the environment: before any thread
  // Standard output is for answers that scripts read.
  vigie::base::ConfigureLogging(vigie::base::LogLevel::kWarning, "vigie");
  try {
    return vigie::cli::RunCommandLine({argv + 1, argv + argc}, std::cout, std::cerr);
  } catch (const std::exception& fault) {
    std::cerr << "vigie: internal error: " << fault.what() << "\n";
    return vigie::cli::kUsage;
  }
}
