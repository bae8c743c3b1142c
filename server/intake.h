#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "vigie/v1/agent_service.pb.h"

namespace vigie::server {

// Whose events a stream may bring.
struct AgentIdentity {
  std::string agent_id;
  std::string enrolled_host;
  std::string host;                          // as said in Hello
  std::uint64_t boot_epoch = 0;              // of Hello: no event is of a later one; 0 = not said
  std::chrono::nanoseconds clock_offset{0};  // the collector's clock minus the host's, as far as it is known
};

// What an agent may have in flight.
struct AgentWindow {
  std::uint32_t events = 0;
  std::uint64_t bytes = 0;
};

// What the agents' streams ask of ingest. Thread-safe and never blocks: `done` is called once, later, on ingest's own
// thread; at once with kUnavailable if too much waits already or the collector is stopping.
class Intake {
 public:
  virtual ~Intake() = default;

  // Takes note of the agent's greeting. `peer_id` is what its certificate says, empty only without TLS.
  // kPermissionDenied if the two differ or the agent is not enrolled, or revoked.
  virtual void Greet(std::string peer_id, v1::Hello hello, std::function<void(base::Result<AgentIdentity>)> done) = 0;

  // Makes the batch durable and says what may be forgotten. kInvalidArgument if it is no batch (proto: bounded, not
  // empty); nothing of it was taken then. Other errors: nothing was taken either, try again later.
  virtual void Submit(AgentIdentity agent, v1::EventBatch batch, std::function<void(base::Result<v1::Ack>)> done) = 0;

  // What the agent said last of its health, kept for when it is away, and why it is. Best effort.
  virtual void SaveHealth(std::string agent_id, v1::Heartbeat heartbeat, std::string why_away) = 0;

  // The window of one of so many agents, by what waits here now: it shrinks as the queue fills.
  virtual AgentWindow Window(std::size_t agents) const = 0;
};

}  // namespace vigie::server
