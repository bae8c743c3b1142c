#include <exception>
#include <iostream>
#include <string_view>

#include "core/inspection/inspector_worker.h"
#include "platform/base/logging.h"
#include "platform/sandbox.h"

namespace {

constexpr std::string_view kHelp =
    "vigie-inspector inspects files for vigie-agent and vigie, which start it by themselves.\n"
    "It has no options and does nothing when started by hand.\n";

int Run() {
  const auto socket = vigie::platform::InheritedWorkerSocket();
  if (!socket) return std::cerr << "vigie-inspector: " << socket.error().message << "\n" << kHelp, 2;
  const vigie::base::SystemClock clock;
  vigie::inspection::InspectorWorker worker(
      {**socket, clock, vigie::customers::CustomerIndex::Open, [] { return vigie::platform::EnterSandbox({}); }});
  const auto done = worker.Run();
  if (!done) vigie::base::LogError("{}", done.error().message);
  return done ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const bool asks_help = argc == 2 && std::string_view(argv[1]) == "--help";
  if (argc > 1) return (asks_help ? std::cout : std::cerr) << kHelp, asks_help ? 0 : 2;
  vigie::base::ConfigureLogging(vigie::base::LogLevel::kInfo, "vigie-inspector");
  try {
    return Run();
  } catch (const std::exception& error) {  // out of memory on a hostile file: the pool starts another one
    vigie::base::LogError("{}", error.what());
    return 1;
  }
}
