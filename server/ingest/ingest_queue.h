#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "server/ingest/promised_batches.h"

namespace vigie::server::ingest {

struct QueueLimits {
  // The first two are for batches whose stream has nothing else here; those ahead of them have as much again, for which
  // HasRoomToSpare asks for half at most.
  std::size_t jobs = 32'768;                              // that may wait
  std::size_t bytes = std::size_t{128} << 20;             // of batches that may wait or are being stored
  std::size_t bytes_of_one_agent = std::size_t{8} << 20;  // of those
  std::size_t bytes_behind = std::size_t{4} << 20;        // beyond, acknowledgements wait for the store, too
  std::size_t group_jobs = 512;                           // in one transaction
  std::size_t group_bytes = std::size_t{2} << 20;         // whoever comes next waits for its transaction
};

// The thread that waits for the disk, so that the streams' threads never do. What waits while it does goes into the
// next transaction together: one fsync for many agents, which take turns, one job each: who sends much is not before
// who sends little. What streams read ahead never takes the room of others' first batches; the limits hold even if one
// reads ahead without room to spare. Batches are checked on the thread that submits them.
class IngestQueue final : public Intake {
 public:
  explicit IngestQueue(Ingest& ingest, WriteLane& lane, QueueLimits limits = {});
  // Stores what was promised, and answers what else waits with kUnavailable.
  ~IngestQueue() override;

  // Before anything is submitted: takes what was promised in a former life, and promises from now on; else
  // acknowledgements wait for the store. `promises` outlives it.
  void Promise(PromisedBatches& promises);

  void Greet(AgentPeer peer, v1::Hello hello, std::function<void(base::Result<AgentIdentity>)> done) override;
  void Submit(AgentIdentity agent, v1::EventBatch batch, std::function<void(base::Result<v1::Ack>)> done) override;
  void SaveHealth(std::string agent_id, v1::Heartbeat heartbeat, std::string why_away) override;
  // A fair share of the free bytes, between one event of 64 KiB and 8 MiB, and of 4000 events.
  AgentWindow Window(std::size_t agents) const override;
  bool HasRoomToSpare() const override;

  // Takes nothing more in and answers what waits. Thread-safe, once.
  void Stop();

 private:
  // Of batches that are first in their stream, or of those ahead.
  struct Load {
    std::size_t jobs = 0;   // waiting
    std::size_t bytes = 0;  // waiting and being stored
  };
  struct Agent {
    std::deque<CommitJob> waiting;
    std::size_t bytes = 0;  // these and what is being stored
  };
  struct Share {
    std::size_t first = 0;
    std::size_t ahead = 0;
  };

  bool HasRoom(const CommitJob& job) const;
  void Push(CommitJob job);
  void Work();
  std::vector<CommitJob> TakeGroup();
  // What the store has to be given again: in front of what came after it.
  void PutBack(std::vector<CommitJob> jobs);
  void Release(const std::map<std::string, Share>& bytes);
  bool IsCloseBehind() const;
  static std::map<std::string, Share> SharesOf(const std::vector<CommitJob>& group);
  void RunGroup(std::vector<CommitJob> group, bool stopping);

  Ingest& ingest_;
  GroupCommit commit_;
  const QueueLimits limits_;
  PromisedBatches* promises_ = nullptr;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Load first_;
  Load ahead_;
  std::map<std::string, Agent> agents_;
  std::deque<std::string> turns_;  // of the agents that have something waiting
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace vigie::server::ingest
