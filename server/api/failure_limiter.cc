#include "server/api/failure_limiter.h"

#include <algorithm>

#include "server/api/caller_address.h"

namespace vigie::server::api {

base::Result<void> FailureLimiter::Check(const std::string& peer) {
  auto peers = peers_.Lock();
  const auto found = peers->find(NetworkOf(peer));
  if (found == peers->end()) return {};
  if (clock_.SteadyNow() - found->second.since >= kPeriod) {
    peers->erase(found);
    return {};
  }
  if (found->second.count < kFailures) return {};
  return base::Error{base::ErrorCode::kResourceExhausted, "too many failed attempts from this address: wait a minute"};
}

void FailureLimiter::Failed(const std::string& peer) {
  auto peers = peers_.Lock();
  const std::string address = NetworkOf(peer);
  if (peers->size() >= kPeers && !peers->contains(address)) {
    peers->erase(std::ranges::min_element(*peers, {}, [](const auto& entry) { return entry.second.since; }));
  }
  ++peers->try_emplace(address, Failures{clock_.SteadyNow(), 0}).first->second.count;
}

base::Error FailureLimiter::Refuse(const std::string& peer, const base::Error& reason) {
  if (auto listening = Check(peer); !listening) return listening.error();
  Failed(peer);
  return reason;
}

}  // namespace vigie::server::api
