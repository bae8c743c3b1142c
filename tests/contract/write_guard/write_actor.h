#pragma once

#include <string>

#include "tests/contract/kernel_sensors/real_process.h"

namespace vigie::test {

// A process that writes as it is told (write_actor_main.cc, beside the test). Its answers are "ok", a number, or "E1"
// for errno 1.
class WriteActor {
 public:
  WriteActor();

  platform::ProcessId id() const { return process_.id(); }
  std::string Do(const std::string& command);
  // A child that does what it is told by "child …"; of a reader its standard input is this one's standard output.
  platform::ProcessId Fork(bool reader = false);

  static std::string Program();

 private:
  RealProcess process_;
};

}  // namespace vigie::test
