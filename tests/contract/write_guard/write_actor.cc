#include "tests/contract/write_guard/write_actor.h"

#include <filesystem>

namespace vigie::test {

std::string WriteActor::Program() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "write_actor";
}

WriteActor::WriteActor() : process_(Program(), {"write_actor"}) {
  Do("ready");
}

std::string WriteActor::Do(const std::string& command) {
  process_.Write(command + "\n");
  return process_.ReadLine();
}

platform::ProcessId WriteActor::Fork(bool reader) {
  return IdentifyProcess(std::stoi(Do(reader ? "reader" : "fork")));
}

}  // namespace vigie::test
