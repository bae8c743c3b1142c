#include "server/ingest/promised_batches.h"

#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "platform/base/logging.h"

namespace vigie::server::ingest {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::uint64_t kNoneFailed = std::numeric_limits<std::uint64_t>::max();

}  // namespace

// One batch's way to its only answer, by the journal's thread or the store's, whichever is first. The lock is held
// while the answer is given: the answer to the next batch of the stream, which may be the other thread's, comes after.
struct PromisedBatches::Promise {
  std::mutex mutex;
  Done done;
  std::atomic<bool> broken = false;
  std::string agent_id;
  std::uint64_t number = 0;
  std::optional<std::size_t> part;  // of the journal; none = a former life's
  bool taken = false;               // of the store's thread

  void Answer(Result<v1::Ack> ack) {
    const std::lock_guard lock(mutex);
    if (const Done answer = std::exchange(done, nullptr)) answer(std::move(ack));
  }
};

PromisedBatches::PromisedBatches(Ingest& ingest, std::vector<std::string> former, std::unique_ptr<BatchJournal> journal)
    : ingest_(ingest), former_(std::move(former)), journal_(std::move(journal)) {
}

PromisedBatches::~PromisedBatches() = default;

std::unique_ptr<PromisedBatches> PromisedBatches::Open(const std::string& path, std::uint64_t bytes, Ingest& ingest) {
  JournalContent former;
  std::unique_ptr<BatchJournal> journal;
  if (auto file = JournalFile::Open(path, bytes); file) {
    former = file->TakeFormer();
    journal = std::make_unique<BatchJournal>(*std::move(file), former.records.size());
  } else {
    base::LogError("{}: acknowledgements wait for the store until the next start", file.error().message);
  }
  if (former.damaged > 0) {
    base::LogError(
        "{}: {} writes are damaged; acknowledged events that were only there are lost, and listed as missing "
        "when their agents send again",
        path, former.damaged);
  }
  return std::unique_ptr<PromisedBatches>(new PromisedBatches(ingest, std::move(former.records), std::move(journal)));
}

std::vector<CommitJob> PromisedBatches::TakeFormer() {
  std::vector<CommitJob> jobs;
  std::map<std::string, std::shared_ptr<StreamOrder>> orders;  // of each agent: nothing is taken behind a failed one
  for (const std::string& record : std::exchange(former_, {})) {
    auto entry = DecodeEntry(record);
    if (!entry) {
      base::LogError("{}; it stays there", entry.error().message);
      continue;
    }
    const auto kept = std::make_shared<Promise>();
    kept->agent_id = entry->agent.agent_id;
    auto& order = orders[kept->agent_id];
    if (!order) order = std::make_shared<StreamOrder>();
    entry->agent.order = order;
    CommitJob job = ingest_.FormerBatchJob(
        *std::move(entry), [kept](const Result<void>& committed) { kept->taken = static_cast<bool>(committed); });
    Begin(*kept);
    Await(kept, job);
    jobs.push_back(std::move(job));
  }
  if (!jobs.empty())
    base::LogInfo("{} batches were acknowledged in the former life: looking whether they are stored", jobs.size());
  return jobs;
}

Result<void> PromisedBatches::CheckAgent(const std::string& agent_id) const {
  const std::lock_guard lock(mutex_);
  if (!stuck_.contains(agent_id)) return {};
  return Error{ErrorCode::kUnavailable, "what this agent sent before cannot be stored: see the collector's log"};
}

// Nothing before it may be lost if only the journal is left.
bool PromisedBatches::MayPromise(const AgentIdentity& agent) {
  return agent.order != nullptr && agent.order->without_journal == 0 && agent.order->first_failed == kNoneFailed;
}

// One that is not taken stays counted: what is promised behind it would move the mark past it.
PromisedBatches::Done PromisedBatches::CountedUntilTaken(const std::shared_ptr<StreamOrder>& order, Done done) {
  if (order == nullptr) return done;
  ++order->without_journal;
  return [order, done = std::move(done)](Result<v1::Ack> ack) {
    if (ack) --order->without_journal;
    done(std::move(ack));
  };
}

CommitJob PromisedBatches::MakeJob(AgentIdentity agent, v1::EventBatch batch, bool promise, Done done) {
  const AgentIdentity owner = agent;
  if (journal_ == nullptr || !promise || !MayPromise(agent)) {
    return ingest_.BatchJob(std::move(agent), std::move(batch), CountedUntilTaken(owner.order, std::move(done)));
  }
  const std::string bytes = batch.SerializeAsString();
  const auto kept = std::make_shared<Promise>();
  kept->agent_id = agent.agent_id;
  kept->done = std::move(done);
  auto made = ingest_.PromisableBatchJob(std::move(agent), std::move(batch), [kept](Result<v1::Ack> ack) {
    kept->taken = static_cast<bool>(ack);
    kept->Answer(std::move(ack));
  });
  const auto leave_to_store = [&] {
    kept->done = CountedUntilTaken(owner.order, std::move(kept->done));
    return std::move(made.job);
  };
  if (!made.promise) return leave_to_store();
  const auto written = [kept, ack = *made.promise](bool good) { good ? kept->Answer(ack) : kept->broken.store(true); };
  Begin(*kept);  // before anybody can hear of it
  kept->part = journal_->Append(EncodeEntry(owner, made.received_at, bytes), written);
  if (!kept->part) {
    End(*kept);
    return leave_to_store();
  }
  Await(kept, made.job);
  return std::move(made.job);
}

void PromisedBatches::Begin(Promise& promise) {
  const std::lock_guard lock(mutex_);
  promise.number = ++last_number_;
  waiting_.insert(promise.number);
}

void PromisedBatches::End(const Promise& promise) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.erase(promise.number);
    waited_in_vain_ = false;
  }
  stored_.notify_all();
}

void PromisedBatches::Await(const std::shared_ptr<Promise>& promise, CommitJob& job) {
  job.promise_broken = {promise, &promise->broken};
  job.done = [this, promise, done = std::move(job.done)](const Result<void>& committed) {
    done(committed);
    Settle(*promise, committed);
  };
}

// kUnavailable: it was not tried, or is not promised any more.
void PromisedBatches::Settle(const Promise& promise, const Result<void>& committed) {
  if (promise.taken) {
    promise.part ? journal_->Release(*promise.part) : journal_->ReleaseFormer();
  } else if (committed || committed.error().code != ErrorCode::kUnavailable) {
    base::LogError("agent {}: what was acknowledged cannot be stored; the journal keeps it", promise.agent_id);
    const std::lock_guard lock(mutex_);
    stuck_.insert(promise.agent_id);
  }
  End(promise);
}

void PromisedBatches::AwaitStored(std::chrono::nanoseconds most) {
  std::unique_lock lock(mutex_);
  if (waited_in_vain_) return;
  const std::uint64_t last = last_number_;
  const bool came = stored_.wait_for(lock, most, [&] { return waiting_.empty() || *waiting_.begin() > last; });
  waited_in_vain_ = !came;
}

}  // namespace vigie::server::ingest
