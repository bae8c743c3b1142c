#include "server/ingest/group_commit.h"

#include <optional>

#include "platform/base/logging.h"

namespace vigie::server::ingest {
namespace {

using base::ErrorCode;
using base::Result;

// So that many bad jobs cannot make the good ones wait for as many transactions.
constexpr int kMostRepetitions = 8;

bool IsOfTheStore(const base::Error& error) {
  return error.code == ErrorCode::kResourceExhausted || error.code == ErrorCode::kUnavailable ||
         error.code == ErrorCode::kDataLoss;
}

}  // namespace

void GroupCommit::Run(std::vector<CommitJob>& jobs) {
  Result<void> ended;
  for (int round = 0; !jobs.empty(); ++round) {
    std::optional<std::size_t> failed;
    ended = lane_.Run([&](StoreTransaction& transaction) -> Result<void> {
      for (std::size_t i = 0; i < jobs.size(); ++i) {
        auto worked = jobs[i].work(transaction);
        if (worked) continue;
        failed = i;
        return worked;
      }
      return {};
    });
    if (ended || !failed || IsOfTheStore(ended.error()) || round == kMostRepetitions) break;
    base::LogWarning("agent {}: {}", jobs[*failed].agent_id, ended.error().message);
    jobs[*failed].done(ended);
    jobs.erase(jobs.begin() + static_cast<std::ptrdiff_t>(*failed));
  }
  if (!ended) base::LogError("{} batches and greetings could not be stored: {}", jobs.size(), ended.error().message);
  for (const CommitJob& job : jobs) job.done(ended);
  jobs.clear();
}

}  // namespace vigie::server::ingest
