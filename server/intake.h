#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <string>

#include "core/evidence/batch_seal.h"
#include "platform/base/clock.h"
#include "platform/base/guarded.h"
#include "platform/base/result.h"
#include "vigie/v1/agent_service.pb.h"

namespace vigie::server {

// Which batches of one stream may not be taken any more: those behind one that was not. They would move the mark past
// what was lost, and the agent could not send it again. Thread-safe.
struct StreamOrder {
  // What is known of the ledger: all of this epoch up to here was taken. From the greeting, then of
  // batches that the store has answered.
  struct Taken {
    std::uint64_t boot_epoch = 0;  // 0 = nothing is known
    std::uint64_t sequence = 0;
    std::size_t room_ahead = 0;  // so many events may come ahead of their turn; of the greeting only
  };
  base::Guarded<Taken> taken;
  std::atomic<int> without_journal = 0;  // that wait for the store and would not be found again by a next start

  std::atomic<std::uint64_t> submitted = 0;
  std::atomic<std::uint64_t> answered = 0;
  std::atomic<std::uint64_t> first_failed = std::numeric_limits<std::uint64_t>::max();
};

// Who a stream's other end is, by its certificate; all empty without TLS.
struct AgentPeer {
  std::string id;
  std::string certificate_pem = {};
};

// Whose events a stream may bring.
struct AgentIdentity {
  std::string agent_id;
  std::string enrolled_host;
  std::string host;                          // as said in Hello
  std::uint64_t boot_epoch = 0;              // of Hello: no event is of a later one; 0 = not said
  std::chrono::nanoseconds clock_offset{0};  // the collector's clock minus the host's, as far as it is known
  std::shared_ptr<StreamOrder> order = {};   // of this stream's batches; none = each is answered before the next one
  std::shared_ptr<const evidence::HostKey> signer = {};  // whose key signs its batches; none = nobody's
  std::string certificate = {};  // its fingerprint, where a batch's signature was verified in a former life
};

// What an agent may have in flight.
struct AgentWindow {
  std::uint32_t events = 0;
  std::uint64_t bytes = 0;
};

// What the agents' streams ask of ingest. Thread-safe and never blocks: `done` is called once, later, on a thread of
// ingest's own; at once with kUnavailable if too much waits already or the collector is stopping.
class Intake {
 public:
  virtual ~Intake() = default;

  // Takes note of the agent's greeting. kPermissionDenied if the two differ or the agent is not enrolled, or revoked.
  virtual void Greet(AgentPeer peer, v1::Hello hello, std::function<void(base::Result<AgentIdentity>)> done) = 0;

  // Makes the batch durable and says what may be forgotten. Batches of one stream may be submitted before the former
  // ones are answered, from one thread at a time; they are taken, and acknowledged, in their order. An error may
  // overtake the answers to former ones, and of those behind it none is taken. kInvalidArgument if it is no batch
  // (proto: bounded, not empty); nothing of it was taken then. Other errors: nothing was taken either, try again later.
  virtual void Submit(AgentIdentity agent, v1::EventBatch batch, std::function<void(base::Result<v1::Ack>)> done) = 0;

  // What the agent said last of its health, kept for when it is away, and why it is. Best effort.
  virtual void SaveHealth(std::string agent_id, v1::Heartbeat heartbeat, std::string why_away) = 0;

  // The window of one of so many agents, by what waits here now: it shrinks as the queue fills.
  virtual AgentWindow Window(std::size_t agents) const = 0;
  // Less than half of what may wait does: a stream may submit a batch before the former ones are answered. Such take no
  // room from those whose stream has nothing else here.
  virtual bool HasRoomToSpare() const = 0;
};

}  // namespace vigie::server
