#include "server/ingest/group_commit.h"

#include <optional>

#include "platform/base/logging.h"

namespace vigie::server::ingest {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// So that many bad jobs cannot make the good ones wait for as many transactions.
constexpr int kMostRepetitions = 8;

// Full, away, or only to be read. Not damage that a job met: that may be one row, of its agent alone.
bool IsOfTheStore(const base::Error& error) {
  return error.code == ErrorCode::kResourceExhausted || error.code == ErrorCode::kUnavailable ||
         error.code == ErrorCode::kPermissionDenied;
}

}  // namespace

void GroupCommit::Run(std::vector<CommitJob>& jobs) {
  Result<void> answer;
  for (int round = 0; !jobs.empty(); ++round) {
    std::optional<std::size_t> failed;
    auto ended = lane_.Run([&](StoreTransaction& transaction) -> Result<void> {
      for (std::size_t i = 0; i < jobs.size(); ++i) {
        auto worked = jobs[i].work(transaction);
        if (worked) continue;
        failed = i;
        return worked;
      }
      return {};
    });
    if (ended) break;
    if (!failed || IsOfTheStore(ended.error())) {
      base::LogError("{} batches and greetings could not be stored: {}", jobs.size(), ended.error().message);
      answer = Error{ErrorCode::kUnavailable, "the collector cannot store events now, try again later"};
      break;
    }
    base::LogWarning("agent {}: {}", jobs[*failed].agent_id, ended.error().message);
    jobs[*failed].done(ended);
    jobs.erase(jobs.begin() + static_cast<std::ptrdiff_t>(*failed));
    if (round < kMostRepetitions) continue;
    // The others have done nothing wrong, and are not told what one of them has.
    answer = Error{ErrorCode::kUnavailable, "the collector is too busy with what cannot be stored, try again later"};
    break;
  }
  std::vector<CommitJob> promised;
  for (CommitJob& job : jobs) {
    if (!answer && job.promised()) {
      promised.push_back(std::move(job));
    } else {
      job.done(answer);
    }
  }
  jobs = std::move(promised);
}

}  // namespace vigie::server::ingest
