#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "vigie/v1/fleet_service.pb.h"

namespace vigie::server::api {

// Who came and was refused, for those who ask why an agent does not report. At most kMost of them, then whoever came
// longest ago is forgotten. Thread-safe.
class RefusedPeers {
 public:
  static constexpr std::size_t kMost = 1024;

  explicit RefusedPeers(const base::Clock& clock) : clock_(clock) {}

  // `peer` is "address:port"; `agent_id` is its certificate's, empty if it has none.
  void Note(const std::string& peer, const std::string& agent_id, const base::Error& reason);
  // It was welcomed after all.
  void Forget(const std::string& agent_id);
  // A handshake of TLS that failed, in the library's words: it does not say whose.
  void NoteHandshake(std::string words);

  // Latest first.
  std::vector<v1::RefusedPeer> List() const;
  std::pair<std::uint64_t, std::string> handshakes() const;

 private:
  const base::Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, v1::RefusedPeer> peers_;  // by agent id, address
  std::uint64_t handshakes_ = 0;
  std::string last_handshake_;
};

}  // namespace vigie::server::api
