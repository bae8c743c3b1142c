#include "server/api/agent_sessions.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "proto/contract/time_conversion.h"
#include "server/heartbeats.h"
#include "server/rollout_plan.h"

namespace vigie::server::api {
namespace {

base::Error Replaced() {
  return {base::ErrorCode::kCancelled, "a newer connection of the same agent has taken its place"};
}
constexpr std::uint64_t kFewEvents = 1000;  // that wait are nothing to speak of

base::Error Stopping() {
  return {base::ErrorCode::kUnavailable, "the collector is stopping, try again later"};
}

}  // namespace

AgentSessions::AgentSessions(const base::Clock& clock)
    : clock_(clock), checking_([this](const std::stop_token& stop) { CheckLives(stop); }) {
}

AgentSessions::~AgentSessions() {
  checking_.request_stop();
}

void AgentSessions::CheckLives(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::vector<std::shared_ptr<AgentSession>> sessions;
    {
      std::unique_lock lock(mutex_);
      stopping_.wait_for(lock, stop, kCheckPeriod, [] { return false; });
      for (const auto& [pointer, session] : streams_) {
        if (auto living = session.lock()) sessions.push_back(std::move(living));
      }
    }
    // Without the lock: the last reference of a session may be ours.
    for (const auto& session : sessions) session->CheckLife(clock_.SteadyNow());
    TellEndsOfBlocks();
  }
}

void AgentSessions::Began(const std::shared_ptr<AgentSession>& session) {
  const std::lock_guard lock(mutex_);
  streams_[session.get()] = session;
}

void AgentSessions::Ended(const AgentSession* session) {
  const std::lock_guard lock(mutex_);
  streams_.erase(session);
}

std::size_t AgentSessions::count() const {
  const std::lock_guard lock(mutex_);
  return connected_.size();
}

void AgentSessions::Disconnect(const std::string& agent_id, const base::Error& reason) {
  const std::lock_guard lock(mutex_);
  const auto found = connected_.find(agent_id);
  if (found != connected_.end()) found->second.session->Disconnect(reason);
}

void AgentSessions::NoteHeard(const std::string& agent_id) {
  const std::lock_guard lock(mutex_);
  const auto found = connected_.find(agent_id);
  if (found != connected_.end()) found->second.presence.heard_at = clock_.Now();
}

void AgentSessions::Join(const AgentIdentity& agent, const std::shared_ptr<AgentSession>& session) {
  const std::lock_guard lock(mutex_);
  if (closed_) return session->Disconnect(Stopping());
  const auto former = connected_.find(agent.agent_id);
  if (former != connected_.end()) former->second.session->Disconnect(Replaced());
  const base::SystemTime now = clock_.Now();
  Connected& connected = connected_[agent.agent_id] = Connected{session, agent.host, "", {now, now}};
  TellPolicy(agent.agent_id, connected);
  TellBlocks(connected);
}

std::optional<v1::Heartbeat> AgentSessions::Leave(const std::string& agent_id, const AgentSession* session) {
  const std::lock_guard lock(mutex_);
  const auto found = connected_.find(agent_id);
  if (found == connected_.end() || found->second.session.get() != session) return std::nullopt;
  v1::Heartbeat heartbeat;
  heartbeat.ParseFromString(found->second.heartbeat);
  connected_.erase(found);
  return heartbeat;
}

void AgentSessions::NoteHeartbeat(const std::string& agent_id, const v1::Heartbeat& heartbeat) {
  const std::lock_guard lock(mutex_);
  const auto found = connected_.find(agent_id);
  if (found == connected_.end()) return;
  Connected& connected = found->second;
  const bool had_one = !connected.heartbeat.empty();
  // What grows from one heartbeat to the next is not sent as fast as it comes; what is there at first is an outage's.
  if (heartbeat.spooled_events() < kFewEvents || heartbeat.spooled_events() < connected.spooled_events) {
    connected.presence.behind_since.reset();
  } else if (had_one && !connected.presence.behind_since && heartbeat.spooled_events() > connected.spooled_events) {
    connected.presence.behind_since = clock_.Now();
  }
  connected.spooled_events = heartbeat.spooled_events();
  connected.heartbeat = heartbeat.SerializeAsString();
  connected.policy_version = heartbeat.policy_version();
  if (heartbeat.has_clock_offset()) connected.clock_offset = contract::FromProto(heartbeat.clock_offset());
  std::vector<std::string> sensors;
  for (const v1::SensorHealth& sensor : heartbeat.sensors()) sensors.push_back(sensor.name());
  connected.sensors = Shared(std::move(sensors), sensor_lists_);
  std::vector<std::string> blocks(heartbeat.blocks().begin(), heartbeat.blocks().end());
  std::ranges::sort(blocks);
  connected.blocks = blocks.empty() ? nullptr : Shared(std::move(blocks), block_lists_);
  connected.presence.heard_at = clock_.Now();
}

std::shared_ptr<const std::vector<std::string>> AgentSessions::Shared(std::vector<std::string> list,
                                                                      SharedLists& known) {
  std::weak_ptr<const std::vector<std::string>>& place = known[list];
  if (auto shared = place.lock()) return shared;
  const auto shared = std::make_shared<const std::vector<std::string>>(std::move(list));
  place = shared;
  std::erase_if(known, [](const auto& each) { return each.second.expired(); });
  return shared;
}

std::unordered_map<std::string, AgentSessions::Heard> AgentSessions::Connections() const {
  std::unordered_map<std::string, Heard> connections;
  const std::lock_guard lock(mutex_);
  connections.reserve(connected_.size());
  for (const auto& [id, connected] : connected_) {
    Heard& heard = connections.try_emplace(id, Heard{connected.presence}).first->second;
    if (connected.heartbeat.empty()) continue;
    heard.policy_version = connected.policy_version;
    heard.clock_offset = connected.clock_offset;
    heard.sensors = connected.sensors;
    heard.blocks = connected.blocks;
  }
  return connections;
}

void AgentSessions::PutInRings(std::unordered_map<std::string, std::string> rings) {
  const std::lock_guard lock(mutex_);
  rings_ = std::move(rings);
}

bool AgentSessions::TellPolicy(const std::string& agent_id, Connected& connected) const {
  const auto ring = rings_.find(agent_id);
  const auto policy = policies_.find(ring == rings_.end() ? kDefaultRing : std::string_view(ring->second));
  if (policy == policies_.end() || connected.policy == policy->second) return false;
  connected.policy = policy->second;
  connected.session->SendPolicy(connected.policy);
  return true;
}

std::uint32_t AgentSessions::TellPolicies(RingPolicies policies) {
  const std::lock_guard lock(mutex_);
  policies_ = std::move(policies);
  std::uint32_t told = 0;
  for (auto& [id, connected] : connected_) told += TellPolicy(id, connected) ? 1 : 0;
  return told;
}

std::uint32_t AgentSessions::MoveToRing(const std::vector<std::string>& agent_ids, const std::string& ring) {
  const std::lock_guard lock(mutex_);
  std::uint32_t told = 0;
  for (const std::string& id : agent_ids) {
    if (ring == kDefaultRing) {
      rings_.erase(id);
    } else {
      rings_[id] = ring;
    }
    const auto connected = connected_.find(id);
    if (connected != connected_.end()) told += TellPolicy(id, connected->second) ? 1 : 0;
  }
  return told;
}

v1::ChannelBlocks AgentSessions::BlocksFor(const std::string& host) const {
  v1::ChannelBlocks blocks;
  for (const BlockOrder& order : blocks_) {
    if (order.AppliesTo(host) && !HasEnded(order)) *blocks.add_blocks() = order.block;
  }
  return blocks;
}

void AgentSessions::OnBlocks(const std::vector<BlockOrder>& blocks) {
  const std::lock_guard lock(mutex_);
  blocks_ = blocks;
  ended_blocks_ = CountEndedBlocks();
  TellBlocks();
}

void AgentSessions::TellBlocks() {
  for (auto& [id, connected] : connected_) TellBlocks(connected);
}

void AgentSessions::TellBlocks(Connected& connected) const {
  const v1::ChannelBlocks blocks = BlocksFor(connected.host);
  const std::size_t list = std::hash<std::string>()(blocks.SerializeAsString());
  if (std::exchange(connected.told, list) != list) connected.session->SendBlocks(blocks);
}

bool AgentSessions::HasEnded(const BlockOrder& order) const {
  return order.block.has_until() && contract::FromProto(order.block.until()) <= clock_.Now();
}

std::size_t AgentSessions::CountEndedBlocks() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(blocks_, [this](const BlockOrder& order) { return HasEnded(order); }));
}

// None is forgotten: a clock that was far ahead for a moment must not have lifted what somebody ordered.
void AgentSessions::TellEndsOfBlocks() {
  const std::lock_guard lock(mutex_);
  const std::size_t ended = CountEndedBlocks();
  if (std::exchange(ended_blocks_, ended) != ended) TellBlocks();
}

std::vector<BlockOrder> AgentSessions::BlocksOf(const std::string& incident_id) const {
  std::vector<BlockOrder> blocks = Blocks();
  std::erase_if(blocks, [&](const BlockOrder& order) { return order.block.incident_id() != incident_id; });
  return blocks;
}

std::vector<BlockOrder> AgentSessions::Blocks() const {
  const std::lock_guard lock(mutex_);
  std::vector<BlockOrder> blocks;
  for (const BlockOrder& order : blocks_) {
    if (!HasEnded(order)) blocks.push_back(order);
  }
  return blocks;
}

void AgentSessions::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (const auto& [id, connected] : connected_) connected.session->Disconnect(Stopping());
}

std::vector<std::string> AgentSessions::Heartbeats() const {
  std::vector<std::string> heartbeats;
  const std::lock_guard lock(mutex_);
  heartbeats.reserve(connected_.size());
  for (const auto& [id, connected] : connected_) {
    if (!connected.heartbeat.empty()) heartbeats.push_back(connected.heartbeat);
  }
  return heartbeats;
}

std::optional<Presence> AgentSessions::Describe(v1::AgentStatus& status) const {
  const std::lock_guard lock(mutex_);
  const auto found = connected_.find(status.id());
  if (found == connected_.end()) return std::nullopt;
  const Connected& connected = found->second;
  v1::Heartbeat heartbeat;
  if (!connected.heartbeat.empty() && heartbeat.ParseFromString(connected.heartbeat)) CopyHealth(heartbeat, status);
  if (connected.presence.heard_at > contract::FromProto(status.last_seen_at())) {
    *status.mutable_last_seen_at() = contract::ToProto(connected.presence.heard_at);
  }
  return connected.presence;
}

}  // namespace vigie::server::api
