#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/result.h"
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
  virtual void SendPolicy(const v1::Policy& policy) = 0;
  virtual void SendBlocks(const v1::ChannelBlocks& blocks) = 0;
  // Ends it: a newer connection of the same agent has come, or the collector stops.
  virtual void Disconnect(const base::Error& reason) = 0;
};

// Who is connected, and what all of them are told. Thread-safe.
class AgentSessions final : public DetectionListener {
 public:
  // Tells the session the policy and the blocks in force, then each change until it leaves. Replaces an older session
  // of the agent.
  void Join(const AgentIdentity& agent, const std::shared_ptr<AgentSession>& session);
  // The last heartbeat of the session, if there was one. Nothing happens if it was replaced.
  std::optional<v1::Heartbeat> Leave(const std::string& agent_id, const AgentSession* session);
  void NoteHeartbeat(const std::string& agent_id, const v1::Heartbeat& heartbeat);

  // Puts it in force for those who join from now on, and tells those who are there: how many.
  std::uint32_t TellPolicy(const v1::Policy& policy);
  void OnBlocks(const std::vector<BlockOrder>& blocks) override;

  // Disconnects all, and whoever joins later.
  void Close();

  // Fills in what the store does not know: the connection, and the latest heartbeat.
  void Describe(v1::AgentStatus& status) const;

 private:
  struct Connected {
    std::shared_ptr<AgentSession> session;
    std::string host;
    std::optional<v1::Heartbeat> heartbeat;
  };
  v1::ChannelBlocks BlocksFor(const std::string& host) const;

  mutable std::mutex mutex_;
  std::map<std::string, Connected> connected_;  // by agent id
  std::optional<v1::Policy> policy_;
  std::vector<BlockOrder> blocks_;
  bool closed_ = false;
};

}  // namespace vigie::server::api
