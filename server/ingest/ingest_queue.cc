#include "server/ingest/ingest_queue.h"

#include <algorithm>

namespace vigie::server::ingest {
namespace {

constexpr std::uint64_t kLeastBytes = 64 << 10;
constexpr std::uint64_t kMostBytes = 8 << 20;
constexpr std::uint64_t kLeastEvents = 50;
constexpr std::uint64_t kMostEvents = 4000;
constexpr std::chrono::seconds kStorePause{1};  // before a store that failed is tried again

base::Error Busy() {
  return {base::ErrorCode::kUnavailable, "the collector is stopping or too busy, try again later"};
}

}  // namespace

IngestQueue::IngestQueue(Ingest& ingest, WriteLane& lane, QueueLimits limits)
    : ingest_(ingest), commit_(lane), limits_(limits), thread_([this] { Work(); }) {
}

void IngestQueue::Promise(PromisedBatches& promises) {
  promises_ = &promises;
  for (CommitJob& job : promises.TakeFormer()) Push(std::move(job));
}

IngestQueue::~IngestQueue() {
  Stop();
}

void IngestQueue::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool IngestQueue::HasRoom(const CommitJob& job) const {
  const Load& load = job.ahead ? ahead_ : first_;
  const auto own = agents_.find(job.agent_id);
  const std::size_t owned = own == agents_.end() ? 0 : own->second.bytes;
  return !stopping_ && load.jobs < limits_.jobs && job.bytes <= limits_.bytes - std::min(load.bytes, limits_.bytes) &&
         owned + job.bytes <= limits_.bytes_of_one_agent;
}

void IngestQueue::Push(CommitJob job) {
  {
    const std::lock_guard lock(mutex_);
    if (job.promised() ? !stopping_ : HasRoom(job)) {
      Load& load = job.ahead ? ahead_ : first_;
      ++load.jobs;
      load.bytes += job.bytes;
      Agent& agent = agents_[job.agent_id];
      agent.bytes += job.bytes;
      if (agent.waiting.empty()) turns_.push_back(job.agent_id);
      agent.waiting.push_back(std::move(job));
      job.done = nullptr;
    }
  }
  if (job.done) return job.done(Busy());
  changed_.notify_one();
}

std::vector<CommitJob> IngestQueue::TakeGroup() {
  std::vector<CommitJob> group;
  std::size_t bytes = 0;
  while (!turns_.empty() && group.size() < limits_.group_jobs) {
    auto& waiting = agents_[turns_.front()].waiting;
    if (!group.empty() && bytes + waiting.front().bytes > limits_.group_bytes) break;
    bytes += waiting.front().bytes;
    --(waiting.front().ahead ? ahead_ : first_).jobs;
    group.push_back(std::move(waiting.front()));
    waiting.pop_front();
    if (!waiting.empty()) turns_.push_back(turns_.front());
    turns_.pop_front();
  }
  return group;
}

void IngestQueue::Release(const std::map<std::string, Share>& bytes) {
  const std::lock_guard lock(mutex_);
  for (const auto& [agent_id, share] : bytes) {
    first_.bytes -= share.first;
    ahead_.bytes -= share.ahead;
    const auto own = agents_.find(agent_id);
    own->second.bytes -= share.first + share.ahead;
    if (own->second.waiting.empty() && own->second.bytes == 0) agents_.erase(own);
  }
}

void IngestQueue::PutBack(std::vector<CommitJob> jobs) {
  std::unique_lock lock(mutex_);
  for (auto job = jobs.rbegin(); job != jobs.rend(); ++job) {
    ++(job->ahead ? ahead_ : first_).jobs;
    auto& waiting = agents_[job->agent_id].waiting;
    if (waiting.empty()) turns_.push_front(job->agent_id);
    waiting.push_front(std::move(*job));
  }
  changed_.wait_for(lock, kStorePause, [this] { return stopping_; });
}

std::map<std::string, IngestQueue::Share> IngestQueue::SharesOf(const std::vector<CommitJob>& group) {
  std::map<std::string, Share> shares;
  for (const CommitJob& job : group) {
    Share& share = shares[job.agent_id];
    (job.ahead ? share.ahead : share.first) += job.bytes;
  }
  return shares;
}

void IngestQueue::RunGroup(std::vector<CommitJob> group, bool stopping) {
  auto shares = SharesOf(group);
  if (stopping) {
    const auto promised =
        std::stable_partition(group.begin(), group.end(), [](const CommitJob& job) { return job.promised(); });
    for (auto job = promised; job != group.end(); ++job) job->done(Busy());
    group.erase(promised, group.end());
  }
  commit_.Run(group);
  if (stopping) {
    for (const CommitJob& job : group) job.done(Busy());
    group.clear();
  }
  for (const auto& [agent_id, share] : SharesOf(group)) {
    shares[agent_id].first -= share.first;
    shares[agent_id].ahead -= share.ahead;
  }
  if (!group.empty()) PutBack(std::move(group));
  Release(shares);
}

// After a stop the queue is still emptied: nobody is left without an answer.
void IngestQueue::Work() {
  while (true) {
    std::vector<CommitJob> group;
    bool stopping = false;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !turns_.empty(); });
      if (turns_.empty()) return;
      stopping = stopping_;
      group = TakeGroup();
    }
    RunGroup(std::move(group), stopping);
  }
}

bool IngestQueue::IsCloseBehind() const {
  const std::lock_guard lock(mutex_);
  return first_.bytes + ahead_.bytes <= limits_.bytes_behind && first_.jobs + ahead_.jobs < limits_.jobs / 2;
}

void IngestQueue::Greet(AgentPeer peer, v1::Hello hello, std::function<void(base::Result<AgentIdentity>)> done) {
  if (promises_ != nullptr) {
    if (auto good = promises_->CheckAgent(hello.agent_id()); !good) return done(good.error());
  }
  Push(ingest_.GreetJob(std::move(peer), std::move(hello), std::move(done)));
}

void IngestQueue::Submit(AgentIdentity agent, v1::EventBatch batch, std::function<void(base::Result<v1::Ack>)> done) {
  if (promises_ != nullptr) {
    if (auto good = promises_->CheckAgent(agent.agent_id); !good) return done(good.error());
    return Push(promises_->MakeJob(std::move(agent), std::move(batch), IsCloseBehind(), std::move(done)));
  }
  Push(ingest_.BatchJob(std::move(agent), std::move(batch), std::move(done)));
}

void IngestQueue::SaveHealth(std::string agent_id, v1::Heartbeat heartbeat, std::string why_away) {
  Push(ingest_.HealthJob(std::move(agent_id), std::move(heartbeat), std::move(why_away)));
}

AgentWindow IngestQueue::Window(std::size_t agents) const {
  std::uint64_t free = 0;
  {
    const std::lock_guard lock(mutex_);
    free = limits_.bytes - std::min(first_.bytes + ahead_.bytes, limits_.bytes);
  }
  const std::uint64_t bytes = std::clamp(free / std::max<std::uint64_t>(agents, 1), kLeastBytes, kMostBytes);
  const std::uint64_t events = std::clamp(free * kMostEvents * 2 / limits_.bytes, kLeastEvents, kMostEvents);
  return {static_cast<std::uint32_t>(events), bytes};
}

bool IngestQueue::HasRoomToSpare() const {
  const std::lock_guard lock(mutex_);
  return first_.bytes + ahead_.bytes < limits_.bytes / 2 && first_.jobs + ahead_.jobs < limits_.jobs / 2;
}

}  // namespace vigie::server::ingest
