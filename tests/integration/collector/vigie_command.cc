#include "tests/integration/collector/vigie_command.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace vigie::server {

Outcome RunVigie(const std::string& arguments) {
  const std::string errors = std::filesystem::temp_directory_path() / ("vigie-stderr-" + std::to_string(::getpid()));
  const char* folder = std::getenv("VIGIE_BIN_DIR");
  const std::string program = "timeout 100 " + std::string(folder == nullptr ? "." : folder) + "/vigie ";
  Outcome outcome;
  FILE* pipe = ::popen((program + arguments + " 2> " + errors).c_str(), "r");
  if (pipe == nullptr) return outcome;
  std::array<char, 4096> block{};
  for (std::size_t size = 0; (size = std::fread(block.data(), 1, block.size(), pipe)) > 0;) {
    outcome.out.append(block.data(), size);
  }
  const int status = ::pclose(pipe);
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  std::ifstream file(errors);
  outcome.err = {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  std::filesystem::remove(errors);
  return outcome;
}

std::string AsAnalyst(const Collector& collector, const InitializedState& state) {
  return "--collector " + collector.address() + " --ca " + state.files().authority_certificate() + " --token-file " +
         state.files().admin_token();
}

}  // namespace vigie::server
