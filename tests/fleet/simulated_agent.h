#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/evidence/batch_seal.h"
#include "tests/fleet/backlog.h"
#include "tests/fleet/enrollment.h"
#include "tests/fleet/measurements.h"
#include "tests/fleet/world.h"
#include "vigie/v1/agent_service.grpc.pb.h"

namespace vigie::fleet {

// Where agents connect to.
struct Endpoint {
  std::string address;
  std::string ca_pem;
  bool insecure = false;  // no TLS
};

// A connection of its own; with the certificate of `own`, if there is one.
std::shared_ptr<grpc::Channel> OpenChannel(const Endpoint& endpoint, const AgentCredentials& own);

// What all agents of a fleet share.
struct FleetParts {
  const Endpoint& endpoint;
  const World& world;
  const base::Clock& clock;
  Measurements& measurements;
  std::uint32_t batch_events = 100;  // at most
  // Called when a connection has ended: the agent wants to connect again. `welcomed`: it had got as far as a welcome.
  std::function<void(std::uint32_t agent, bool welcomed)> on_lost = {};
  bool sign = false;  // batches, as real agents do; needs TLS
};

// One workstation: a real gRPC client with a connection of its own, certificate and stream, and a backlog instead of a
// spool. Thread-safe; gRPC calls back on its threads, so a fleet of thousands needs none of its own.
class SimulatedAgent {
 public:
  SimulatedAgent(const FleetParts& parts, std::uint32_t number, AgentCredentials credentials);
  ~SimulatedAgent();

  void Connect();
  void Produce(std::uint64_t events);
  // Makes the messages of the first so many events beforehand, so that a measurement does not measure the simulator.
  void Prepare(std::uint64_t events);
  void Beat();
  // The network is gone.
  void Drop();
  // kill -9: the connection is gone, a new life begins, and the last acknowledgements were not on the disk yet.
  void Crash(std::uint64_t forgotten_acknowledgements);
  // No more connections. The one that is there ends some time later.
  void Stop();
  bool connected() const;  // or about to be

  bool drained() const;
  std::uint64_t waiting() const;
  std::vector<LifeLength> lives() const;
  const std::string& id() const { return credentials_.agent_id; }

 private:
  class Connection;
  struct InFlight {
    Backlog::Span span;
    std::uint64_t last_sent = 0;  // sequence; those of the span after it were skipped
    base::SteadyTime sent{};
  };

  // With mutex_ held.
  v1::AgentMessage Hello() const;
  bool NextMessage(v1::AgentMessage& message);
  bool NextBatch(v1::AgentMessage& message);
  // What is urgent, before its turn; once for each connection.
  bool NextAhead(v1::AgentMessage& message);
  bool Afford(const v1::EventBatch& batch) const;
  void Add(const EventName& name, base::SystemTime life_begun, v1::EventBatch& batch) const;
  v1::AgentMessage MakeBatch(const Backlog::Span& span) const;
  void NoteSent(const v1::EventBatch& batch);
  // The events as bytes, signed, if that is asked for.
  void Seal(v1::EventBatch& batch) const;
  void Pump();
  void TakeWelcome(const v1::Welcome& welcome);
  void TakeAck(const v1::Ack& ack);
  // From the connection, without mutex_.
  void OnMessage(const Connection* from, const v1::CollectorMessage& message);
  void OnWritten(const Connection* from);
  void OnBroken(const Connection* from);
  void OnEnded(const Connection* from, const grpc::Status& status);

  const FleetParts& parts_;
  const std::uint32_t number_;
  const AgentCredentials credentials_;

  mutable std::mutex mutex_;
  Backlog backlog_;
  std::shared_ptr<Connection> connection_;
  // The one before: gRPC 1.51 frees what it still uses when its last channel goes on one of its own threads.
  std::shared_ptr<Connection> ended_;
  bool welcomed_ = false;
  bool broken_ = false;  // nothing may be written any more
  bool writing_ = false;
  bool beat_due_ = false;
  bool stopping_ = false;
  bool ahead_due_ = false;
  std::uint64_t credits_ = 0;
  std::uint64_t credit_bytes_ = 0;
  bool counts_bytes_ = false;
  std::deque<InFlight> in_flight_;
  std::vector<v1::AgentMessage> prepared_;  // the batches of the first life, in order
  std::vector<v1::AgentMessage> sealed_;    // the same, as they are sent; empty if nothing is signed
  std::optional<evidence::BatchSealer> sealer_;
};

}  // namespace vigie::fleet
