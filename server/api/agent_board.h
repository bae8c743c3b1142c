#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "server/api/agent_sessions.h"
#include "server/store.h"

namespace vigie::server::api {

// A page of agents, and what stands beside it (fleet_service.proto).
struct AgentPage {
  std::vector<std::string> ids;
  std::string next_page_token;  // empty = the last page
  std::uint64_t matching = 0;
  std::map<v1::AgentState, std::uint64_t> counts;
  std::vector<std::string> sensors;
};

// The fleet, filtered and sorted: the few facts of each agent that this takes (some 280 bytes) stay in memory, and are
// read again from the store for those that were saved since. Thread-safe; answers one at a time.
class AgentBoard {
 public:
  // What of an agent is sorted and filtered by.
  using SensorList = std::vector<std::string>;
  struct Agent {
    std::string host;
    std::string version;
    std::uint32_t policy_version = 0;
    std::int64_t last_seen = 0;  // nanoseconds since 1970; 0 = never
    std::uint64_t events = 0;
    std::chrono::nanoseconds clock_offset{};
    bool revoked = false;
    std::string ring;
    const SensorList* sensors = nullptr;
  };

  AgentBoard(Store& store, const AgentSessions& sessions) : store_(store), sessions_(sessions) {}

  // What beside the agents themselves says how they stand.
  struct Beside {
    std::set<std::string> refused = {};  // ids of agents
    std::vector<v1::Ring> rings = {};    // in order
  };
  // kInvalidArgument names the field.
  base::Result<AgentPage> List(const v1::ListAgentsRequest& request, const Beside& beside, base::SystemTime now);

  // Fills in how many are in each ring, connected, and with its policy.
  base::Result<void> CountIn(std::vector<v1::Ring>& rings);

 private:
  base::Result<void> Refresh();
  void Take(const AgentRecord& record);

  Store& store_;
  const AgentSessions& sessions_;
  std::mutex mutex_;
  std::uint64_t revision_ = 0;
  std::unordered_map<std::string, Agent> agents_;  // by id
  std::set<SensorList> sensor_lists_;              // each kept once
};

}  // namespace vigie::server::api
