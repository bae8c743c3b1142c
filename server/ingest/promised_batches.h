#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "server/ingest/batch_journal.h"
#include "server/ingest/ingest.h"

namespace vigie::server::ingest {

// Batches that are acknowledged once they are in the journal, before the store has them. Only such as the store can but
// take: wholly believed, in their turn, of a stream whose former batches are all in the store or in the journal. So
// what a start finds in the journal can be taken in its order, and whatever the store has of it is known by the marks.
//
// If the store cannot take one nevertheless (a damaged row of this agent), its events stay in the journal, and the
// agent is told to wait until a later start can take them: what came after them would move the mark past them.
// Thread-safe.
class PromisedBatches {
 public:
  using Done = std::function<void(base::Result<v1::Ack>)>;

  // A journal that cannot be made or read is logged and done without. So is what is damaged in one: of agents that go
  // on sending, the events that were acknowledged in it are holes that the store lists (GAP_KIND_MISSING).
  static std::unique_ptr<PromisedBatches> Open(const std::string& path, std::uint64_t bytes, Ingest& ingest);
  ~PromisedBatches();

  // What a former life has promised, in its order: to be given to the store before anything else. Once.
  std::vector<CommitJob> TakeFormer();
  // The job of a batch, whether it can be promised or not; with false it is not tried. It is to be given to the store,
  // in the order of the calls. `done` is called once.
  CommitJob MakeJob(AgentIdentity agent, v1::EventBatch batch, bool promise, Done done);
  // Why nothing of this agent can be taken now.
  base::Result<void> CheckAgent(const std::string& agent_id) const;
  // Until the store has all that was promised before, or the time is over. Not at all while the store has taken none
  // since somebody waited in vain.
  void AwaitStored(std::chrono::nanoseconds most);

 private:
  struct Promise;
  PromisedBatches(Ingest& ingest, std::vector<std::string> former, std::unique_ptr<BatchJournal> journal);
  static bool MayPromise(const AgentIdentity& agent);
  static Done CountedUntilTaken(const std::shared_ptr<StreamOrder>& order, Done done);
  void Begin(Promise& promise);
  void End(const Promise& promise);
  // From now on it is one that the store has to take.
  void Await(const std::shared_ptr<Promise>& promise, CommitJob& job);
  void Settle(const Promise& promise, const base::Result<void>& committed);

  Ingest& ingest_;
  std::vector<std::string> former_;
  mutable std::mutex mutex_;
  std::condition_variable stored_;
  std::set<std::string> stuck_;      // agents
  std::set<std::uint64_t> waiting_;  // numbers of promises
  std::uint64_t last_number_ = 0;
  bool waited_in_vain_ = false;                  // and the store has taken none since
  const std::unique_ptr<BatchJournal> journal_;  // may be null; its thread ends first
};

}  // namespace vigie::server::ingest
