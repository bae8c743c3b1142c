#pragma once

#include <sys/socket.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "platform/base/file_descriptor.h"
#include "platform/network_guard.h"

namespace vigie::test {

// Takes whatever anybody sends to it on this machine, and counts it.
class LoopbackServer {
 public:
  enum class Kind { kTcp, kUdp };

  // "127.0.0.1", "::1", …; the port is any that is free.
  LoopbackServer(Kind kind, const std::string& address);
  ~LoopbackServer();

  std::uint16_t port() const { return port_; }
  std::uint64_t bytes() const { return bytes_; }
  // Waits for it; false if it does not come.
  bool AwaitBytes(std::uint64_t bytes) const;

 private:
  void Serve();

  const Kind kind_;
  base::FileDescriptor socket_;
  base::FileDescriptor stop_;
  std::uint16_t port_ = 0;
  std::atomic<std::uint64_t> bytes_{0};
  std::thread thread_;
};

// IPv4 as ::ffff:a.b.c.d.
platform::IpAddress ParseAddress(const std::string& address);

}  // namespace vigie::test
