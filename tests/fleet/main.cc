#include <exception>
#include <iostream>

#include "platform/base/logging.h"
#include "server/cli/command.h"
#include "tests/fleet/play.h"

int main(int argc, char** argv) {
  vigie::base::ConfigureLogging(vigie::base::LogLevel::kWarning, "vigie-fleet");
  try {
    const auto options = vigie::fleet::ParseOptions({argv, argv + argc}, std::cout);
    if (!options) {
      std::cerr << "vigie-fleet: " << options.error().message << "\n";
      return vigie::cli::kUsage;
    }
    if (!*options) return vigie::cli::kFine;
    const auto good = vigie::fleet::Play(**options, std::cout, std::cerr);
    if (good) return *good ? vigie::cli::kFine : vigie::cli::kFound;
    std::cerr << "vigie-fleet: " << good.error().message << "\n";
    return vigie::cli::kUnreachable;
  } catch (const std::exception& fault) {
    std::cerr << "vigie-fleet: internal error: " << fault.what() << "\n";
    return vigie::cli::kUsage;
  }
}
