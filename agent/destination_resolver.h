#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "agent/policy/active_policy.h"
#include "platform/name_resolver.h"
#include "platform/network_guard.h"

namespace vigie::agent {

// One name of a policy's allowed destinations that has addresses.
struct NamedDestination {
  std::string host;
  std::uint16_t port = 0;  // 0 = every port
  auto operator<=>(const NamedDestination&) const = default;
};

// "files.example.com" and "files.example.com:443"; nothing for networks, addresses, "loopback", and for *.example.com,
// whose addresses nobody can list. Pure.
std::optional<NamedDestination> ParseNamedDestination(std::string_view entry);

// Tells the kernel where carriers may send: the networks and addresses of the policy at once, the hosts as soon as
// their names are resolved, and again each five minutes. A name that cannot be resolved now keeps the addresses it had.
// Run has a thread of its own, for a resolver may block; the rest is thread-safe.
class DestinationResolver {
 public:
  struct Parts {
    const policy::ActivePolicy& policy;
    platform::NameResolver& names;
    platform::NetworkGuard* network;  // null: there is nobody to tell
  };

  explicit DestinationResolver(Parts parts) : parts_(parts) {}

  void Run(const std::stop_token& stop);
  // The policy has changed.
  void Wake();

  // One round.
  void Step();

 private:
  using Addresses = std::map<std::string, std::vector<platform::IpAddress>>;

  void Allow(const vigie::policy::CompiledPolicy& policy);

  const Parts parts_;
  Addresses known_;  // by host; Run's thread
  std::mutex mutex_;
  std::condition_variable_any woken_;
  bool wake_ = false;
};

}  // namespace vigie::agent
