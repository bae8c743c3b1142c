#include "server/api/agent_sessions.h"

#include "proto/contract/time_conversion.h"

namespace vigie::server::api {
namespace {

base::Error Replaced() {
  return {base::ErrorCode::kCancelled, "the agent has connected anew"};
}
base::Error Stopping() {
  return {base::ErrorCode::kUnavailable, "the collector is stopping, try again later"};
}

}  // namespace

void AgentSessions::Join(const AgentIdentity& agent, const std::shared_ptr<AgentSession>& session) {
  const std::lock_guard lock(mutex_);
  if (closed_) return session->Disconnect(Stopping());
  const auto former = connected_.find(agent.agent_id);
  if (former != connected_.end()) former->second.session->Disconnect(Replaced());
  connected_[agent.agent_id] = Connected{session, agent.host, std::nullopt};
  if (policy_) session->SendPolicy(*policy_);
  session->SendBlocks(BlocksFor(agent.host));
}

std::optional<v1::Heartbeat> AgentSessions::Leave(const std::string& agent_id, const AgentSession* session) {
  const std::lock_guard lock(mutex_);
  const auto found = connected_.find(agent_id);
  if (found == connected_.end() || found->second.session.get() != session) return std::nullopt;
  auto heartbeat = std::move(found->second.heartbeat);
  connected_.erase(found);
  return heartbeat;
}

void AgentSessions::NoteHeartbeat(const std::string& agent_id, const v1::Heartbeat& heartbeat) {
  const std::lock_guard lock(mutex_);
  const auto found = connected_.find(agent_id);
  if (found != connected_.end()) found->second.heartbeat = heartbeat;
}

std::uint32_t AgentSessions::TellPolicy(const v1::Policy& policy) {
  const std::lock_guard lock(mutex_);
  policy_ = policy;
  for (const auto& [id, connected] : connected_) connected.session->SendPolicy(policy);
  return static_cast<std::uint32_t>(connected_.size());
}

v1::ChannelBlocks AgentSessions::BlocksFor(const std::string& host) const {
  v1::ChannelBlocks blocks;
  for (const BlockOrder& order : blocks_) {
    if (order.AppliesTo(host)) *blocks.add_blocks() = order.block;
  }
  return blocks;
}

void AgentSessions::OnBlocks(const std::vector<BlockOrder>& blocks) {
  const std::lock_guard lock(mutex_);
  blocks_ = blocks;
  for (const auto& [id, connected] : connected_) connected.session->SendBlocks(BlocksFor(connected.host));
}

void AgentSessions::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (const auto& [id, connected] : connected_) connected.session->Disconnect(Stopping());
}

void AgentSessions::Describe(v1::AgentStatus& status) const {
  const std::lock_guard lock(mutex_);
  const auto found = connected_.find(status.id());
  status.set_connected(found != connected_.end());
  if (found == connected_.end() || !found->second.heartbeat) return;
  const v1::Heartbeat& heartbeat = *found->second.heartbeat;
  *status.mutable_sensors() = heartbeat.sensors();
  status.set_spooled_events(heartbeat.spooled_events());
  status.set_policy_version(heartbeat.policy_version());
  if (contract::FromProto(heartbeat.at()) > contract::FromProto(status.last_seen_at())) {
    *status.mutable_last_seen_at() = heartbeat.at();
  }
}

}  // namespace vigie::server::api
