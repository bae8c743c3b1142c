#pragma once

#include <functional>
#include <memory>
#include <thread>

#include "platform/base/bounded_queue.h"
#include "server/ingest/ingest.h"

namespace vigie::server::ingest {

// The thread that waits for the disk, so that the streams' threads never do. A stream has at most one batch here (it
// reads on when it was answered), which bounds the queue; `capacity` holds even if a stream does not keep to that.
class IngestQueue final : public Intake {
 public:
  static constexpr std::size_t kDefaultCapacity = 4096;

  explicit IngestQueue(Ingest& ingest, std::size_t capacity = kDefaultCapacity);
  // Answers what still waits with kUnavailable.
  ~IngestQueue() override;

  void Greet(std::string peer_id, v1::Hello hello, std::function<void(base::Result<AgentIdentity>)> done) override;
  void Submit(AgentIdentity agent, v1::EventBatch batch, std::function<void(base::Result<v1::Ack>)> done) override;
  void SaveHealth(std::string agent_id, v1::Heartbeat heartbeat) override;

  // Takes nothing more in and answers what waits. Thread-safe, once.
  void Stop();

 private:
  // Called once: with true to do its work, with false to say that it will not be done.
  using Job = std::shared_ptr<std::function<void(bool)>>;

  void Push(std::function<void(bool)> job);
  void Work(const std::stop_token& stop);

  Ingest& ingest_;
  base::BoundedQueue<Job> jobs_;
  std::jthread thread_;
};

}  // namespace vigie::server::ingest
