#include <cstdlib>
#include <exception>
#include <iostream>

#include "agent/program.h"

int main(int argc, char** argv) {
  try {
    return vigie::agent::RunProgram({argv, argv + argc}, std::cout, std::cerr);
  } catch (const std::exception& error) {
    std::cerr << "vigie-agent: unexpected: " << error.what() << "\n";
    return EXIT_FAILURE;
  }
}
