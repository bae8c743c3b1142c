#pragma once

#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "server/api/agent_sessions.h"
#include "server/store.h"
#include "vigie/v1/incident_service.pb.h"

namespace vigie::server::api {

// What the caller of this call orders because of the incident, from `now` on; without a number. kInvalidArgument;
// kFailedPrecondition if the incident does not say whom or what to block; kAlreadyExists if the incident says another
// user, workstation or former block by now than the request does.
base::Result<v1::IncidentBlock> BlockOf(const v1::BlockChannelsRequest& request, const v1::Incident& incident,
                                        base::SystemTime now);

// The three fields that say that the caller of this call has lifted it.
v1::IncidentBlock LiftedNow(const std::string& reason, base::SystemTime now);

// What is in force is what was shown. kInvalidArgument if nothing was; kAlreadyExists if it is not. Fine if nothing is
// in force.
base::Result<void> CheckShown(const v1::LiftBlockRequest& request, const std::vector<BlockOrder>& in_force);

// By incident, the oldest first.
v1::ListBlocksResponse Describe(const std::vector<BlockOrder>& blocks);

// What the sessions tell agents because of an incident, and who has applied it, as each said last: of those that are
// away, before they went. What this takes of each agent (some 150 bytes) stays in memory from the first question on,
// and is read again from the store for those that were saved since. Thread-safe; answers one at a time.
class BlockBoard {
 public:
  // Both outlive it.
  BlockBoard(Store& store, const AgentSessions& sessions) : store_(store), sessions_(sessions) {}

  base::Result<v1::GetBlockStateResponse> StateOf(const v1::Incident& incident);

 private:
  struct Agent {
    std::string host;
    std::vector<std::string> blocks;  // orders in force on it, sorted
    bool revoked = false;
  };
  base::Result<void> Refresh();
  std::vector<v1::BlockedAgent> Concerned(const std::vector<BlockOrder>& blocks) const;

  Store& store_;
  const AgentSessions& sessions_;
  std::mutex mutex_;
  std::uint64_t revision_ = 0;
  std::unordered_map<std::string, Agent> agents_;  // by id
};

}  // namespace vigie::server::api
