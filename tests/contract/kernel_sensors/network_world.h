#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "platform/network_guard.h"

namespace vigie::test {

// A world with processes and two places to send to; the contract suite of network guards runs in each of them.
class NetworkWorld {
 public:
  virtual ~NetworkWorld() = default;

  // Why the suite cannot run here; empty if it can.
  virtual std::string SkipReason() const { return {}; }
  virtual platform::NetworkGuard& guard() = 0;

  virtual platform::ProcessId Begin() = 0;
  // Of the process begun last.
  virtual platform::ProcessId Fork() = 0;
  // A process whose standard input is the pipe into which the process begun last may write.
  struct Reader {
    platform::ProcessId process;
    std::uint64_t pipe = 0;
  };
  virtual Reader BeginReader() = 0;

  static constexpr const char* kAddress = "127.0.0.1";
  static constexpr const char* kOtherAddress = "127.0.0.2";
  virtual std::uint16_t port() const = 0;  // at both
  // Whether the process, made here, could connect.
  virtual bool Connect(platform::ProcessId process, const std::string& address) = 0;
};

struct NamedNetworkWorld {
  std::string name;
  std::function<std::unique_ptr<NetworkWorld>()> make;
};

inline void PrintTo(const NamedNetworkWorld& world, std::ostream* out) {
  *out << world.name;
}

std::unique_ptr<NetworkWorld> MakeFakeNetworkWorld();
std::unique_ptr<NetworkWorld> MakeBpfNetworkWorld();

}  // namespace vigie::test
