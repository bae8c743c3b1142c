#include "server/api/refused_peers.h"

#include <algorithm>

#include "proto/contract/time_conversion.h"

namespace vigie::server::api {
namespace {

auto LastAt(const v1::RefusedPeer& peer) {
  return std::pair(peer.last_at().seconds(), peer.last_at().nanos());
}

}  // namespace

void RefusedPeers::Note(const std::string& peer, const std::string& agent_id, const base::Error& reason) {
  const std::string address = peer.substr(0, peer.rfind(':'));
  const auto now = contract::ToProto(clock_.Now());
  const std::lock_guard lock(mutex_);
  const std::pair key(agent_id, address);
  if (peers_.size() >= kMost && !peers_.contains(key)) {
    peers_.erase(std::ranges::min_element(peers_, {}, [](const auto& entry) { return LastAt(entry.second); }));
  }
  v1::RefusedPeer& refused = peers_[key];
  refused.set_address(address);
  refused.set_agent_id(agent_id);
  refused.set_reason(reason.message);
  refused.set_count(refused.count() + 1);
  if (!refused.has_first_at()) *refused.mutable_first_at() = now;
  *refused.mutable_last_at() = now;
}

void RefusedPeers::Forget(const std::string& agent_id) {
  const std::lock_guard lock(mutex_);
  std::erase_if(peers_, [&](const auto& entry) { return entry.first.first == agent_id; });
}

void RefusedPeers::NoteHandshake(std::string words) {
  const std::lock_guard lock(mutex_);
  ++handshakes_;
  last_handshake_ = std::move(words);
}

std::vector<v1::RefusedPeer> RefusedPeers::List() const {
  std::vector<v1::RefusedPeer> list;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, peer] : peers_) list.push_back(peer);
  }
  std::ranges::stable_sort(list, std::greater{}, &LastAt);
  return list;
}

std::pair<std::uint64_t, std::string> RefusedPeers::handshakes() const {
  const std::lock_guard lock(mutex_);
  return {handshakes_, last_handshake_};
}

}  // namespace vigie::server::api
