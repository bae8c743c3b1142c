#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/write_lane.h"

namespace vigie::server::ingest {

// One of several things that are done in one transaction.
struct CommitJob {
  std::string agent_id;
  std::size_t bytes = 0;  // that it holds while it waits
  bool ahead = false;     // its stream waits for the answer to another one, too
  // Called again from the start if the transaction failed on another job's account. Its error fails the transaction on
  // its own.
  std::function<base::Result<void>(StoreTransaction&)> work;
  // Called once: with success when everything is on the disk.
  std::function<void(const base::Result<void>&)> done;
  // Set: the journal has it, or will, and its agent is told so; it cannot be given up. Turns true if the journal fails:
  // then it is like others.
  std::shared_ptr<const std::atomic<bool>> promise_broken = {};

  bool promised() const { return promise_broken != nullptr && !*promise_broken; }
};

// Several agents' work for one fsync. A job that fails, be it on a damaged row, is answered before those in front of it
// and costs the others a repetition; when too many fail, the rest is answered with kUnavailable, and comes again. A
// store that fails (full, away, a commit) fails all, with kUnavailable and words for agents; the log has its own. Runs
// on one thread at a time.
class GroupCommit {
 public:
  explicit GroupCommit(WriteLane& lane) : lane_(lane) {}

  // Every job is answered when it returns, save those that a failing store has to be given again: they are left.
  void Run(std::vector<CommitJob>& jobs);

 private:
  WriteLane& lane_;
};

}  // namespace vigie::server::ingest
