#pragma once

#include <cstdint>

#include "platform/base/result.h"

namespace vigie::platform {

// For a process that executes tools: no privilege, no file but the tools, their libraries and data, no system call that
// reaches beyond it. Tools that it executes inherit all of it. For good.
base::Result<void> ConfineConverter();

// For a tool, in the child that will execute it: bounds its memory and time, and takes away processes, sockets, and
// writing to anything but standard output and error. For good. Makes system calls only, after a preparation in the
// parent.
class ToolConfinement {
 public:
  explicit ToolConfinement(std::uint32_t milliseconds);
  // False if the child must not go on.
  bool Enter() const;

 private:
  std::uint32_t cpu_seconds_;
};

}  // namespace vigie::platform
