#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "platform/base/clock.h"
#include "server/ingest/batch_taking.h"
#include "server/ingest/group_commit.h"
#include "server/ingest/journal_entry.h"
#include "server/intake.h"
#include "server/store.h"
#include "server/write_lane.h"

namespace vigie::server::ingest {

struct IngestOptions {
  // Without TLS nobody can prove who he is: take an agent at its word, and enrol it at its first greeting.
  bool trust_greetings = false;
  // Of gaps; outlives it, may be null.
  ChangeWitness* witness = nullptr;
};

// Validates what agents send, drops repeats and stores the rest, each event taking effect once: events, high-water
// marks and what detection made of them are one transaction. Thread-safe. The jobs are for GroupCommit: to make one
// checks what it can without the store, on the caller's thread; what they call with their answer is as Intake says.
class Ingest {
 public:
  Ingest(WriteLane& lane, Detection& detection, const base::Clock& clock, IngestOptions options);

  CommitJob GreetJob(AgentPeer peer, v1::Hello hello, std::function<void(base::Result<AgentIdentity>)> done);
  CommitJob BatchJob(AgentIdentity agent, v1::EventBatch batch, std::function<void(base::Result<v1::Ack>)> done);
  // The same for a batch that may be acknowledged before the store has it: `promise` is the answer, once it is durable
  // elsewhere; none if only the store can tell it (it was not, or not wholly, believed, or nothing is
  // known of its epoch yet, or it came ahead of its turn and was not the first one of its stream). A promised batch is
  // taken though its agent be revoked meanwhile.
  struct PromisableJob {
    CommitJob job;
    std::optional<v1::Ack> promise;
    base::SystemTime received_at{};
  };
  PromisableJob PromisableBatchJob(AgentIdentity agent, v1::EventBatch batch,
                                   std::function<void(base::Result<v1::Ack>)> done);
  // What was promised in a former life of the collector; nothing happens if the store has it. It fails behind one of
  // its order that has failed.
  CommitJob FormerBatchJob(JournalEntry entry, std::function<void(const base::Result<void>&)> done);
  CommitJob HealthJob(std::string agent_id, v1::Heartbeat heartbeat, std::string why_away);

  // One job alone; each takes about as long as one fsync.
  base::Result<AgentIdentity> Greet(const std::string& peer_id, const v1::Hello& hello);
  base::Result<v1::Ack> Accept(const AgentIdentity& agent, v1::EventBatch batch);
  base::Result<void> SaveHealth(const std::string& agent_id, const v1::Heartbeat& heartbeat);

 private:
  struct Greeting;
  struct Taking;
  base::Result<AgentRecord> KnownAgent(const v1::Hello& hello, StoreTransaction& transaction) const;
  static base::Result<void> NoteSigner(AgentPeer peer, Greeting& greeting);
  static base::Result<void> KeepCertificate(const Greeting& greeting, StoreTransaction& transaction);
  base::Result<void> TakeGreeting(Greeting& greeting, StoreTransaction& transaction) const;
  CommitJob JobOf(std::shared_ptr<Taking> taking, std::size_t bytes, std::function<void(base::Result<v1::Ack>)> done);
  base::Result<void> Take(Taking& taking, StoreTransaction& transaction);
  void RunAlone(CommitJob job);

  WriteLane& lane_;
  Detection& detection_;
  const base::Clock& clock_;
  const IngestOptions options_;
};

}  // namespace vigie::server::ingest
