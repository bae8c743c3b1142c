#include <exception>
#include <iostream>

#include "platform/linux/linux_platform.h"
#include "proto/contract/tls_floor.h"
#include "server/collector_program.h"

int main(int argc, char** argv) {
  try {
    vigie::contract::UseTls13Only();  // sets the environment: before any thread
    vigie::platform::IgnoreBrokenPipes();
    const auto service = vigie::platform::MakeServiceHost();  // before any thread
    const auto files = vigie::platform::MakeFileSystem();
    const auto launcher = vigie::platform::MakeWorkerLauncher();
    const vigie::base::SystemClock clock;
    return vigie::server::RunCollectorProgram({argv, argv + argc},
                                              {*files, *service, *launcher, clock, std::cout, std::cerr});
  } catch (const std::exception& error) {
    std::cerr << "vigie-collector: " << error.what() << "\n";
    return 1;
  }
}
