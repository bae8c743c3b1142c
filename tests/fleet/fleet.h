#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <queue>
#include <random>
#include <stop_token>
#include <thread>
#include <vector>

#include "agent/uplink/back_off.h"
#include "platform/base/guarded.h"
#include "tests/fleet/simulated_agent.h"

namespace vigie::fleet {

struct FleetPlan {
  double events_per_second = 0;   // of all agents together
  std::uint32_t burst = 1;        // events that a workstation has at once
  double crashes_per_second = 0;  // agents that are killed
  double drops_per_second = 0;    // connections that break
  std::chrono::nanoseconds heartbeat = std::chrono::seconds(10);
  std::chrono::nanoseconds spread = std::chrono::seconds(0);  // over which the first connections are made
};

// All agents and what happens to them, by one thread of its own and gRPC's.
class Fleet {
 public:
  Fleet(FleetParts parts, FleetPlan plan, std::vector<AgentCredentials> credentials);
  ~Fleet();

  std::vector<std::unique_ptr<SimulatedAgent>>& agents() { return agents_; }
  // Everybody connects; what the plan says happens from now on.
  void Start();
  // No more events, crashes and drops: what is left is sent.
  void StopProducing() { producing_ = false; }
  // All connections break at once.
  void DropAll();
  std::uint64_t waiting() const;
  bool drained() const;
  // No more connections; returns once all are gone.
  void Stop();

 private:
  enum class Kind { kConnect, kProduce, kBeat, kCrash, kDrop };
  struct Due {
    base::SteadyTime at;
    Kind kind;
    std::uint32_t agent;
    bool operator>(const Due& other) const { return at > other.at; }
  };
  using Schedule = std::priority_queue<Due, std::vector<Due>, std::greater<>>;

  void Run(const std::stop_token& stop);
  void Do(const Due& due);
  void Add(Kind kind, std::uint32_t agent, std::chrono::nanoseconds delay);
  std::chrono::nanoseconds ProduceInterval() const;
  void AddRandom(Kind kind, double per_second);
  void TryAgain(std::uint32_t agent, bool welcomed);
  std::chrono::nanoseconds Share(std::chrono::nanoseconds whole);  // a random part of it

  FleetParts parts_;
  const FleetPlan plan_;
  std::vector<std::unique_ptr<SimulatedAgent>> agents_;
  std::atomic<bool> producing_ = true;
  base::Guarded<Schedule> schedule_;
  base::Guarded<std::mt19937_64> random_;
  std::vector<agent::uplink::BackOff> back_offs_;  // a real agent's, of each; touched by its one connection
  std::jthread thread_;
};

}  // namespace vigie::fleet
