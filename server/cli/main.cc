#include <exception>
#include <iostream>

#include "server/cli/command.h"
#include "server/cli/command_line.h"

int main(int argc, char** argv) {
  try {
    return vigie::cli::RunCommandLine({argv + 1, argv + argc}, std::cout, std::cerr);
  } catch (const std::exception& fault) {
    std::cerr << "vigie: internal error: " << fault.what() << "\n";
    return vigie::cli::kUsage;
  }
}
