#pragma once

#include <string>

#include "tests/contract/kernel_sensors/real_process.h"

namespace vigie::test {

// A python3 that does what it is told over sockets. Its answers are texts: "ok", a number, or "E1" for errno 1.
class PythonActor {
 public:
  static constexpr const char* kProgram = "/usr/bin/python3";

  PythonActor();

  platform::ProcessId id() const { return process_.id(); }
  std::uint64_t input_pipe() const { return process_.input_pipe(); }
  // An expression of Python; see the functions in the .cc.
  std::string Do(const std::string& expression);

  // "ok" or "E…". The socket is kept under `name`.
  std::string Connect(const std::string& name, const std::string& address, std::uint16_t port);
  std::string ConnectUdp(const std::string& name, const std::string& address, std::uint16_t port);
  std::string Send(const std::string& name, std::uint64_t bytes);
  std::string SendTo(const std::string& address, std::uint16_t port, std::uint64_t bytes);
  std::string Close(const std::string& name);
  // A child that does what it is told: its expressions are done by DoInChild. Its pid.
  platform::ProcessId Fork();
  std::string DoInChild(const std::string& expression);

 private:
  RealProcess process_;
};

}  // namespace vigie::test
