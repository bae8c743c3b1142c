#include <exception>
#include <iostream>
#include <string_view>

#include "core/inspection/inspector_worker.h"
#include "platform/base/logging.h"
#include "platform/converter.h"
#include "platform/sandbox.h"

namespace {

constexpr std::string_view kHelp =
    "vigie-inspector inspects files for vigie-agent and vigie, which start it by themselves.\n"
    "It has no options and does nothing when started by hand.\n";

int Run() {
  const auto socket = vigie::platform::InheritedWorkerSocket();
  if (!socket) return std::cerr << "vigie-inspector: " << socket.error().message << "\n" << kHelp, 2;
  const vigie::base::SystemClock clock;
  // First of all: its process shall hold nothing that comes later, keys and indexes least of all.
  const auto converter = vigie::platform::StartConverter();
  if (!converter) vigie::base::LogWarning("documents are not converted: {}", converter.error().message);
  const int converter_socket = converter ? converter->socket : -1;
  vigie::inspection::InspectorWorker worker(
      {**socket, clock, vigie::customers::CustomerIndex::Open,
       [converter_socket] { return vigie::platform::EnterSandbox({.second_socket = converter_socket}); },
       converter ? converter->converter.get() : nullptr});
  const auto done = worker.Run();
  if (!done) vigie::base::LogError("{}", done.error().message);
  return done ? 0 : 1;
}

int Convert() {
  const auto done = vigie::platform::RunConverter();
  if (!done) vigie::base::LogError("{}", done.error().message);
  return done ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view argument = argc == 2 ? argv[1] : "";
  const bool asks_help = argument == "--help";
  if (argc > 1 && argument != "--converter") return (asks_help ? std::cout : std::cerr) << kHelp, asks_help ? 0 : 2;
  vigie::base::ConfigureLogging(vigie::base::LogLevel::kInfo, "vigie-inspector");
  try {
    return argument == "--converter" ? Convert() : Run();
  } catch (const std::exception& error) {  // out of memory on a hostile file: the pool starts another one
    vigie::base::LogError("{}", error.what());
    return 1;
  }
}
