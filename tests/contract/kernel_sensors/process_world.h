#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "platform/process_events.h"

namespace vigie::test {

// A process that a test may let live: it is started, runs a program, and lives on until it is told to end.
struct Life {
  platform::ProcessId process;
  platform::ProcessId parent;
  std::uint64_t input_pipe = 0;
  std::uint64_t output_pipe = 0;
};

// A world with processes; the contract suite of process events runs in each of them.
class ProcessWorld {
 public:
  virtual ~ProcessWorld() = default;

  // Why the suite cannot run here; empty if it can.
  virtual std::string SkipReason() const { return {}; }
  virtual platform::ProcessEvents& events() = 0;
  // Starts `program` with these arguments, its own name among them, between two pipes.
  virtual Life Begin(const std::string& program, const std::vector<std::string>& arguments) = 0;
  virtual void End(const Life& life) = 0;
};

struct NamedProcessWorld {
  std::string name;
  std::function<std::unique_ptr<ProcessWorld>()> make;
};

inline void PrintTo(const NamedProcessWorld& world, std::ostream* out) {
  *out << world.name;
}

std::unique_ptr<ProcessWorld> MakeFakeProcessWorld();
std::unique_ptr<ProcessWorld> MakeBpfProcessWorld();
std::unique_ptr<ProcessWorld> MakeProcConnectorWorld();

}  // namespace vigie::test
