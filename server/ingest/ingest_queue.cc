#include "server/ingest/ingest_queue.h"

#include "platform/base/logging.h"

namespace vigie::server::ingest {
namespace {

base::Error Busy() {
  return {base::ErrorCode::kUnavailable, "the collector is stopping or too busy, try again later"};
}

}  // namespace

IngestQueue::IngestQueue(Ingest& ingest, std::size_t capacity)
    : ingest_(ingest),
      jobs_(capacity, base::OverflowPolicy::kReject),
      thread_([this](const std::stop_token& stop) { Work(stop); }) {
}

IngestQueue::~IngestQueue() {
  Stop();
}

void IngestQueue::Stop() {
  thread_.request_stop();
  jobs_.Close();
  if (thread_.joinable()) thread_.join();
}

void IngestQueue::Push(std::function<void(bool)> job) {
  // Shared, because the queue destroys what it refuses.
  Job shared = std::make_shared<std::function<void(bool)>>(std::move(job));
  if (!jobs_.Push(shared)) (*shared)(false);
}

// After a stop request Pop still empties the queue, since it was closed: nobody is left without an answer.
void IngestQueue::Work(const std::stop_token& stop) {
  while (auto job = jobs_.Pop({})) (**job)(!stop.stop_requested());
}

void IngestQueue::Greet(std::string peer_id, v1::Hello hello, std::function<void(base::Result<AgentIdentity>)> done) {
  Push([this, peer_id = std::move(peer_id), hello = std::move(hello), done = std::move(done)](bool run) {
    done(run ? ingest_.Greet(peer_id, hello) : Busy());
  });
}

void IngestQueue::Submit(AgentIdentity agent, v1::EventBatch batch, std::function<void(base::Result<v1::Ack>)> done) {
  Push([this, agent = std::move(agent), batch = std::move(batch), done = std::move(done)](bool run) mutable {
    done(run ? ingest_.Accept(agent, std::move(batch)) : Busy());
  });
}

void IngestQueue::SaveHealth(std::string agent_id, v1::Heartbeat heartbeat) {
  Push([this, agent_id = std::move(agent_id), heartbeat = std::move(heartbeat)](bool run) {
    if (!run) return;
    if (auto saved = ingest_.SaveHealth(agent_id, heartbeat); !saved) {
      base::LogWarning("the health of {} could not be kept: {}", agent_id, saved.error().message);
    }
  });
}

}  // namespace vigie::server::ingest
