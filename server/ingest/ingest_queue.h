#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "server/ingest/ingest.h"

namespace vigie::server::ingest {

struct QueueLimits {
  std::size_t jobs = 32'768;                              // that may wait
  std::size_t bytes = std::size_t{128} << 20;             // of batches that may wait or are being stored
  std::size_t bytes_of_one_agent = std::size_t{8} << 20;  // of those
  std::size_t group_jobs = 512;                           // in one transaction
  std::size_t group_bytes = std::size_t{16} << 20;
};

// The thread that waits for the disk, so that the streams' threads never do. What waits while it does goes into the
// next transaction together: one fsync for many agents. A stream has at most one batch here (it reads on when it was
// answered); the limits hold even if one does not keep to that. Batches are checked on the thread that submits them.
class IngestQueue final : public Intake {
 public:
  explicit IngestQueue(Ingest& ingest, WriteLane& lane, QueueLimits limits = {});
  // Answers what still waits with kUnavailable.
  ~IngestQueue() override;

  void Greet(std::string peer_id, v1::Hello hello, std::function<void(base::Result<AgentIdentity>)> done) override;
  void Submit(AgentIdentity agent, v1::EventBatch batch, std::function<void(base::Result<v1::Ack>)> done) override;
  void SaveHealth(std::string agent_id, v1::Heartbeat heartbeat, std::string why_away) override;
  // A fair share of the free bytes, between one event of 64 KiB and 8 MiB, and of 4000 events.
  AgentWindow Window(std::size_t agents) const override;

  // Takes nothing more in and answers what waits. Thread-safe, once.
  void Stop();

 private:
  bool HasRoom(const std::string& agent_id, std::size_t bytes) const;
  void Push(CommitJob job);
  void Work();
  std::vector<CommitJob> TakeGroup();
  void Release(const std::map<std::string, std::size_t>& bytes);

  Ingest& ingest_;
  GroupCommit commit_;
  const QueueLimits limits_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<CommitJob> waiting_;
  std::size_t bytes_ = 0;  // waiting and being stored
  std::map<std::string, std::size_t> bytes_by_agent_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace vigie::server::ingest
