#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "platform/base/guarded.h"
#include "tests/fleet/simulated_agent.h"

namespace vigie::fleet {

// Clients with good certificates and bad manners: batches before a greeting, other agents' names, messages that are
// none, too large or unsorted. Each of their streams must end with an error and nothing else may happen.
class Attackers {
 public:
  Attackers(const Endpoint& endpoint, std::vector<AgentCredentials> credentials);
  ~Attackers();

  void Stop();
  // How often each attack was refused.
  std::map<std::string, std::uint64_t> refused() const { return *refused_.Lock(); }
  // The names of attacks that were not refused.
  std::map<std::string, std::uint64_t> succeeded() const { return *succeeded_.Lock(); }

 private:
  void Run(const AgentCredentials& own, const std::stop_token& stop);

  const Endpoint& endpoint_;
  const std::vector<AgentCredentials> credentials_;
  base::Guarded<std::map<std::string, std::uint64_t>> refused_;
  base::Guarded<std::map<std::string, std::uint64_t>> succeeded_;
  std::vector<std::jthread> threads_;
};

}  // namespace vigie::fleet
