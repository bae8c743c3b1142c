#include <cstdlib>
#include <exception>
#include <iostream>

#include "agent/program.h"
#include "proto/contract/tls_floor.h"

int main(int argc, char** argv) {
  try {
    vigie::contract::UseTls13Only();  // sets the environment: before any thread
    return vigie::agent::RunProgram({argv, argv + argc}, std::cout, std::cerr);
  } catch (const std::exception& error) {
    std::cerr << "vigie-agent: unexpected: " << error.what() << "\n";
    return EXIT_FAILURE;
  }
}
