#pragma once

#include <functional>
#include <string>

#include "platform/base/result.h"
#include "vigie/v1/agent_service.pb.h"

namespace vigie::server {

// Whose events a stream may bring.
struct AgentIdentity {
  std::string agent_id;
  std::string enrolled_host;
  std::string host;  // as said in Hello
};

// What the agents' streams ask of ingest. Thread-safe and never blocks: `done` is called once, later, on ingest's own
// thread; at once with kUnavailable if too much waits already or the collector is stopping.
class Intake {
 public:
  virtual ~Intake() = default;

  // Takes note of the agent's greeting. `peer_id` is what its certificate says, empty only without TLS.
  // kPermissionDenied if the two differ or the agent is not enrolled.
  virtual void Greet(std::string peer_id, v1::Hello hello, std::function<void(base::Result<AgentIdentity>)> done) = 0;

  // Makes the batch durable and says what may be forgotten. kInvalidArgument if it is no batch (proto: one epoch,
  // rising sequences, bounded); nothing of it was taken then. Other errors: nothing was taken either, try again later.
  virtual void Submit(AgentIdentity agent, v1::EventBatch batch, std::function<void(base::Result<v1::Ack>)> done) = 0;

  // What the agent said last of its health, kept for when it is away. Best effort.
  virtual void SaveHealth(std::string agent_id, v1::Heartbeat heartbeat) = 0;
};

}  // namespace vigie::server
