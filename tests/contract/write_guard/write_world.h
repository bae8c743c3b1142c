#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "platform/write_guard.h"

namespace vigie::test {

// A world with processes and two file systems, each with a folder "folder" and a file "folder/old" that each process
// has open for writing, too; the contract suite of write guards runs in each of them.
class WriteWorld {
 public:
  virtual ~WriteWorld() = default;

  // Why the suite cannot run here; empty if it can.
  virtual std::string SkipReason() const { return {}; }
  virtual platform::WriteGuard& guard() = 0;

  virtual platform::ProcessId Begin() = 0;
  // Of the process begun last.
  virtual platform::ProcessId Fork() = 0;

  virtual std::uint64_t device() const = 0;
  virtual std::uint64_t other_device() const = 0;
  // Whether the process, made here, may do it; what it makes is "folder/new". On `other` it opens only.
  virtual bool Do(platform::ProcessId process, platform::WriteOperation operation) = 0;
  virtual bool OpenOnOther(platform::ProcessId process) = 0;
};

struct NamedWriteWorld {
  std::string name;
  std::function<std::unique_ptr<WriteWorld>()> make;
};

inline void PrintTo(const NamedWriteWorld& world, std::ostream* out) {
  *out << world.name;
}

std::unique_ptr<WriteWorld> MakeFakeWriteWorld();
std::unique_ptr<WriteWorld> MakeBpfWriteWorld();

}  // namespace vigie::test
