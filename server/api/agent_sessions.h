#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "server/api/agent_states.h"
#include "server/detection.h"
#include "server/intake.h"
#include "vigie/v1/agent_service.pb.h"
#include "vigie/v1/fleet_service.pb.h"

namespace vigie::server::api {

// A connected agent. Calls never block, and never come back into AgentSessions.
class AgentSession {
 public:
  virtual ~AgentSession() = default;
  // The latest one wins over those not sent yet.
  virtual void SendPolicy(const std::shared_ptr<const v1::Policy>& policy) = 0;  // one copy for all
  virtual void SendBlocks(const v1::ChannelBlocks& blocks) = 0;
  // Ends it: a newer connection of the same agent has come, or the collector stops.
  virtual void Disconnect(const base::Error& reason) = 0;
  // Ends it if it is stuck: it was not greeted, nothing was heard of it, or it takes nothing, for too long.
  virtual void CheckLife(base::SteadyTime now) = 0;
};

// Who is connected, and what all of them are told. Thread-safe.
class AgentSessions final : public DetectionListener {
 public:
  static constexpr std::chrono::seconds kCheckPeriod{5};

  // Checks each session's life once a period, on a thread of its own.
  explicit AgentSessions(const base::Clock& clock);
  ~AgentSessions() override;

  // A stream has begun, and nobody knows whose it is. Watched until Ended.
  void Began(const std::shared_ptr<AgentSession>& session);
  void Ended(const AgentSession* session);
  // Tells the session the policy and the blocks in force, then each change until it leaves. Replaces an older session
  // of the agent.
  void Join(const AgentIdentity& agent, const std::shared_ptr<AgentSession>& session);
  // The last heartbeat of the session, if there was one. Nothing happens if it was replaced.
  std::optional<v1::Heartbeat> Leave(const std::string& agent_id, const AgentSession* session);
  void NoteHeartbeat(const std::string& agent_id, const v1::Heartbeat& heartbeat);
  // A sign of life.
  void NoteHeard(const std::string& agent_id);
  std::size_t count() const;

  // Who is in which ring, by agent id; all others are in kDefaultRing. Before anybody joins.
  void PutInRings(std::unordered_map<std::string, std::string> rings);
  // By ring; those without one have none.
  using RingPolicies = std::map<std::string, std::shared_ptr<const v1::Policy>, std::less<>>;
  // For those who join from now on, and those who are there and whose ring has another one than they were told: how
  // many.
  std::uint32_t TellPolicies(RingPolicies policies);
  // Tells those who are there their new ring's policy, if it is another one: how many.
  std::uint32_t MoveToRing(const std::vector<std::string>& agent_ids, const std::string& ring);
  void OnBlocks(const std::vector<BlockOrder>& blocks) override;
  // Tells the agents if the end of one has come since they were told; called by itself each kCheckPeriod.
  void TellEndsOfBlocks();
  // Those in force because of this incident; of all incidents.
  std::vector<BlockOrder> BlocksOf(const std::string& incident_id) const;
  std::vector<BlockOrder> Blocks() const;

  // Disconnects all, and whoever joins later.
  void Close();
  void Disconnect(const std::string& agent_id, const base::Error& reason);

  // What its latest heartbeat says beside its presence.
  struct Heard {
    Presence presence;
    std::optional<std::uint32_t> policy_version = {};
    std::optional<std::chrono::nanoseconds> clock_offset = {};
    std::shared_ptr<const std::vector<std::string>> sensors = {};  // names; none before the first heartbeat
    std::shared_ptr<const std::vector<std::string>> blocks = {};   // orders in force on it, sorted; null = none
  };
  // All who are connected, by id.
  std::unordered_map<std::string, Heard> Connections() const;

  // Fills in the latest heartbeat, which the store does not know. Nothing if it is not connected.
  std::optional<Presence> Describe(v1::AgentStatus& status) const;
  // The last heartbeats of those that are connected and have sent one, serialised.
  std::vector<std::string> Heartbeats() const;

 private:
  using SharedLists = std::map<std::vector<std::string>, std::weak_ptr<const std::vector<std::string>>>;
  struct Connected {
    std::shared_ptr<AgentSession> session;
    std::string host;
    std::string heartbeat;  // the last one, serialised: ten thousand of them stand here
    Presence presence;
    std::uint64_t spooled_events = 0;
    std::uint32_t policy_version = 0;
    std::optional<std::chrono::nanoseconds> clock_offset = {};
    std::shared_ptr<const std::vector<std::string>> sensors = {};  // one copy for all that are alike
    std::shared_ptr<const std::vector<std::string>> blocks = {};   // one copy for all that are alike
    std::optional<std::size_t> told = {};                          // hash of the list of blocks that it was sent last
    std::shared_ptr<const v1::Policy> policy = {};                 // that it was sent last
  };
  void CheckLives(const std::stop_token& stop);
  std::size_t CountEndedBlocks() const;  // with mutex_ held
  bool HasEnded(const BlockOrder& order) const;
  void TellBlocks();  // with mutex_ held, as the next
  // Only if its list is another than before: a workstation writes it to its disk, and answers.
  void TellBlocks(Connected& connected) const;
  bool TellPolicy(const std::string& agent_id, Connected& connected) const;  // with mutex_ held; false: it has it
  v1::ChannelBlocks BlocksFor(const std::string& host) const;
  static std::shared_ptr<const std::vector<std::string>> Shared(std::vector<std::string> list, SharedLists& known);

  const base::Clock& clock_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Connected> connected_;  // by agent id
  std::unordered_map<const AgentSession*, std::weak_ptr<AgentSession>> streams_;
  std::unordered_map<std::string, std::string> rings_;  // by agent id; not those of kDefaultRing
  RingPolicies policies_;
  std::vector<BlockOrder> blocks_;
  std::size_t ended_blocks_ = 0;  // of them, when the agents were told last
  SharedLists sensor_lists_;
  SharedLists block_lists_;
  bool closed_ = false;
  std::condition_variable_any stopping_;
  std::jthread checking_;
};

}  // namespace vigie::server::api
