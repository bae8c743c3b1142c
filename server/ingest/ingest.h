#pragma once

#include <cstdint>

#include "platform/base/clock.h"
#include "server/intake.h"
#include "server/store.h"
#include "server/write_lane.h"

namespace vigie::server::ingest {

struct IngestCounts {
  std::uint64_t accepted = 0;
  std::uint64_t repeated = 0;  // seen before, dropped
  std::uint64_t rejected = 0;
  std::uint64_t missing = 0;  // sequences that were skipped
};

struct IngestOptions {
  // Without TLS nobody can prove who he is: take an agent at its word, and enrol it at its first greeting.
  bool trust_greetings = false;
};

// Validates what agents send, drops repeats and stores the rest, each event taking effect once: events, high-water
// marks and what detection made of them are one transaction. Thread-safe; each call takes about as long as one fsync.
class Ingest {
 public:
  Ingest(WriteLane& lane, Detection& detection, const base::Clock& clock, IngestOptions options);

  // As Intake says.
  base::Result<AgentIdentity> Greet(const std::string& peer_id, const v1::Hello& hello);
  base::Result<v1::Ack> Accept(const AgentIdentity& agent, v1::EventBatch batch);
  base::Result<void> SaveHealth(const std::string& agent_id, const v1::Heartbeat& heartbeat);

 private:
  struct Outcome {
    v1::Ack ack;
    IngestCounts counts;
  };
  base::Result<AgentRecord> KnownAgent(const v1::Hello& hello, StoreTransaction& transaction) const;
  base::Result<void> TakeBatch(const AgentIdentity& agent, v1::EventBatch& batch, StoreTransaction& transaction,
                               Outcome& outcome);
  base::Result<void> TakeEvent(const AgentIdentity& agent, v1::Event& event, StoreTransaction& transaction,
                               Outcome& outcome);
  base::Result<void> CountForAgent(const std::string& agent_id, const IngestCounts& counts,
                                   StoreTransaction& transaction) const;
  static void Log(const std::string& agent_id, const Outcome& outcome);

  WriteLane& lane_;
  Detection& detection_;
  const base::Clock& clock_;
  const IngestOptions options_;
};

}  // namespace vigie::server::ingest
