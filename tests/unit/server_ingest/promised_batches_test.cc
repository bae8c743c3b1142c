// Acknowledged by the journal, taken by the store later: once, whatever happens in between.
#include <filesystem>
#include <future>

#include "proto/contract/time_conversion.h"
#include "server/ingest/ingest_queue.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

using ingest::IngestQueue;
using ingest::PromisedBatches;
using std::chrono::seconds;

constexpr std::uint64_t kJournalBytes = 1 << 20;

class Promising : public ServerFixture {
 protected:
  void SetUp() override {
    Start(nullptr);
    Enrol("agent-1");
    Open();
  }
  void Open() { Open(path()); }
  void Open(const std::string& journal, std::uint64_t bytes = kJournalBytes) {
    queue_.reset();
    promises_.reset();
    promises_ = PromisedBatches::Open(journal, bytes, ingest_);
    queue_ = std::make_unique<IngestQueue>(ingest_, lane_);
    queue_->Promise(*promises_);
  }
  std::string path() const { return folder_.File("journal"); }

  static v1::EventBatch Batch(std::uint64_t first, std::uint64_t last) {
    v1::EventBatch batch;
    for (std::uint64_t i = first; i <= last; ++i) *batch.add_events() = MakeEvent({.sequence = i});
    return batch;
  }
  std::future<base::Result<v1::Ack>> Submit(v1::EventBatch batch) {
    auto answer = std::make_shared<std::promise<base::Result<v1::Ack>>>();
    queue_->Submit(stream_, std::move(batch),
                   [answer](base::Result<v1::Ack> ack) { answer->set_value(std::move(ack)); });
    return answer->get_future();
  }
  // Of an agent that the store does not know: a row is gone.
  void ComeFromNobody() {
    stream_ = {"agent-9", "w1", "w1", 0, {}, std::make_shared<StreamOrder>()};
    *stream_.order->taken.Lock() = {MakeEvent({}).boot_epoch(), 1};
  }
  static v1::EventBatch OfNobody(std::uint64_t sequence) {
    v1::EventBatch batch = Batch(sequence, sequence);
    batch.mutable_events(0)->set_agent_id("agent-9");
    return batch;
  }
  // The store's answer to the stream's first batch: from now on it can be promised what comes.
  void Begin() { ASSERT_TRUE(Submit(Batch(1, 2)).get()); }
  std::uint64_t Stored() { return store_.CountEvents().value(); }
  std::uint64_t Repeated() { return store_.FindAgent("agent-1").value()->status.repeated_events(); }

  // Keeps the store from taking anything until it is destroyed.
  class Blocked {
   public:
    explicit Blocked(WriteLane& lane)
        : thread_([&lane, this] {
            (void)lane.Run([this](StoreTransaction&) -> base::Result<void> {
              begun_.set_value();
              go_on_.get_future().wait();
              return {};
            });
          }) {
      begun_.get_future().wait();
    }
    ~Blocked() { go_on_.set_value(); }

   private:
    std::promise<void> begun_;
    std::promise<void> go_on_;
    std::jthread thread_;
  };

  static v1::Hello Hello() {
    v1::Hello hello;
    hello.set_agent_id("agent-1");
    hello.set_host("w1");
    hello.set_boot_epoch(MakeEvent({}).boot_epoch());
    *hello.mutable_at() = contract::ToProto(kStoryBegin);
    return hello;
  }
  // As the store was when it had the first batch only.
  struct OtherStore {
    explicit OtherStore(const base::Clock& clock)
        : detector(store, clock, {}), lane(store, detector), ingest(lane, detector, clock, {.trust_greetings = true}) {
      EXPECT_TRUE(detector.Start(nullptr));
      const auto agent = ingest.Greet("", Hello());
      EXPECT_TRUE(agent && ingest.Accept(*agent, Batch(1, 2)));
    }
    MemoryStore store;
    detect::Detector detector;
    WriteLane lane;
    ingest::Ingest ingest;
  };
  // Two batches were acknowledged, each in a write of its own; the store has only the one before.
  std::string LeftByAKill() {
    Begin();
    std::string left = folder_.File("left");
    {
      const Blocked store(lane_);
      EXPECT_TRUE(Submit(Batch(3, 5)).get());
      EXPECT_TRUE(Submit(Batch(6, 7)).get());
      std::filesystem::copy_file(path(), left);
      EXPECT_EQ(Stored(), 2U);
    }
    queue_.reset();
    promises_.reset();
    return left;
  }

  TemporaryFolder folder_;
  AgentIdentity stream_{"agent-1", "w1", "w1", 0, {}, std::make_shared<StreamOrder>()};
  std::unique_ptr<PromisedBatches> promises_;
  std::unique_ptr<IngestQueue> queue_;
};

TEST_F(Promising, AcknowledgesBeforeTheStoreHasIt) {
  Begin();
  {
    const Blocked store(lane_);
    const auto ack = Submit(Batch(3, 5)).get();
    ASSERT_TRUE(ack);
    EXPECT_EQ(ack->sequence(), 5U);
    EXPECT_EQ(ack->credits(), 3U);
    EXPECT_GT(ack->credit_bytes(), 0U);
    const auto next = Submit(Batch(6, 6)).get();
    ASSERT_TRUE(next);
    EXPECT_EQ(next->sequence(), 6U);
    EXPECT_EQ(Stored(), 2U);
    promises_->AwaitStored(std::chrono::milliseconds(20));
    const auto begin = std::chrono::steady_clock::now();
    promises_->AwaitStored(seconds(60));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(30)) << "somebody has waited in vain already";
  }
  queue_->Stop();
  EXPECT_EQ(Stored(), 6U);
}

TEST_F(Promising, ABatchOfAnUnknownEpochWaitsForTheStoreAndSoDoesWhatIsAheadOrNotBelieved) {
  const auto waits = [&](v1::EventBatch batch) {
    std::future<base::Result<v1::Ack>> answer;
    {
      const Blocked store(lane_);
      answer = Submit(std::move(batch));
      // Nothing to wait for: the journal's thread would have answered in this time, mostly.
      EXPECT_EQ(answer.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
    }
    return answer.get();
  };
  EXPECT_TRUE(waits(Batch(1, 2)));
  v1::EventBatch ahead = Batch(9, 9);
  ahead.set_ahead(true);
  EXPECT_EQ(waits(ahead).value().ahead(0), 9U);
  v1::EventBatch foreign = Batch(3, 4);
  foreign.mutable_events(1)->set_agent_id("agent-2");
  EXPECT_EQ(waits(foreign).value().rejections_size(), 1);
}

TEST_F(Promising, NothingIsPromisedBehindWhatOnlyTheStoreCanTake) {
  Begin();
  std::future<base::Result<v1::Ack>> first;
  std::future<base::Result<v1::Ack>> second;
  {
    const Blocked store(lane_);
    v1::EventBatch foreign = Batch(3, 4);
    foreign.mutable_events(1)->set_agent_id("agent-2");
    first = Submit(std::move(foreign));
    second = Submit(Batch(5, 5));
    EXPECT_EQ(second.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  }
  EXPECT_EQ(first.get().value().sequence(), 4U);
  EXPECT_EQ(second.get().value().sequence(), 5U);
}

// Though promised ones are taken of an agent that was revoked meanwhile.
TEST_F(Promising, NothingIsPromisedBehindWhatTheStoreHasRefused) {
  Begin();
  ASSERT_TRUE(lane_.Run([](StoreTransaction& transaction) {
    AgentRecord agent = **transaction.FindAgent("agent-1");
    *agent.status.mutable_revoked_at() = contract::ToProto(kStoryBegin);
    return transaction.SaveAgent(agent);
  }));
  v1::EventBatch foreign = Batch(3, 4);
  foreign.mutable_events(1)->set_agent_id("agent-2");
  EXPECT_EQ(Submit(std::move(foreign)).get().error().code, base::ErrorCode::kPermissionDenied);
  EXPECT_EQ(Submit(Batch(5, 5)).get().error().code, base::ErrorCode::kPermissionDenied);
  EXPECT_EQ(Stored(), 2U);
}

TEST_F(Promising, WhatALifeHasPromisedTheNextOneTakesOnce) {
  const std::string left = LeftByAKill();
  EXPECT_EQ(Stored(), 7U);
  std::filesystem::copy_file(left, path(), std::filesystem::copy_options::overwrite_existing);
  Open();
  promises_->AwaitStored(seconds(60));
  EXPECT_EQ(Stored(), 7U);
  EXPECT_EQ(Repeated(), 0U) << "nobody sent anything twice";
}

TEST_F(Promising, TheNextLifeTakesWhatTheStoreNeverHad) {
  const std::string left = LeftByAKill();
  OtherStore other(clock_);
  for (int life = 0; life < 2; ++life) {
    std::filesystem::copy_file(left, path(), std::filesystem::copy_options::overwrite_existing);
    auto promises = PromisedBatches::Open(path(), kJournalBytes, other.ingest);
    IngestQueue queue(other.ingest, other.lane);
    queue.Promise(*promises);
    promises->AwaitStored(seconds(60));
    EXPECT_EQ(other.store.CountEvents().value(), 7U);
    queue.Stop();
  }
  EXPECT_EQ(ReadText(path()), std::string(kJournalBytes, '\0')) << "an orderly stop leaves nothing of anybody there";
}

TEST_F(Promising, AStopStoresWhatWasPromised) {
  Begin();
  std::vector<std::future<base::Result<v1::Ack>>> answers;
  for (std::uint64_t i = 3; i < 60; ++i) answers.push_back(Submit(Batch(i, i)));
  queue_->Stop();
  std::uint64_t acknowledged = 2;
  for (auto& answer : answers) {
    if (const auto ack = answer.get(); ack) acknowledged = ack->sequence();
  }
  EXPECT_GE(Stored(), acknowledged);
}

TEST_F(Promising, WhatTheStoreCannotTakeStaysAndItsAgentWaits) {
  Begin();
  {
    const Blocked store(lane_);
    ASSERT_TRUE(Submit(Batch(3, 5)).get());
    ComeFromNobody();
    ASSERT_TRUE(Submit(OfNobody(2)).get());
  }
  promises_->AwaitStored(seconds(60));
  EXPECT_EQ(Stored(), 5U);
  EXPECT_EQ(Submit(OfNobody(3)).get().error().code, base::ErrorCode::kUnavailable);
  Open();  // finds it again
  promises_->AwaitStored(seconds(60));
  EXPECT_FALSE(promises_->CheckAgent("agent-9"));
  EXPECT_TRUE(promises_->CheckAgent("agent-1"));
}

// A store that takes none of them is asked once for each, not once more for all the others.
TEST_F(Promising, ManyThatAStartCannotTakeHoldUpNobody) {
  {
    const Blocked store(lane_);
    ComeFromNobody();
    for (std::uint64_t sequence = 2; sequence < 42; ++sequence) ASSERT_TRUE(Submit(OfNobody(sequence)).get());
  }
  const auto begin = std::chrono::steady_clock::now();
  Open();
  promises_->AwaitStored(seconds(60));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(4)) << "each eighth one would cost a rest of a second";
  EXPECT_FALSE(promises_->CheckAgent("agent-9"));
}

TEST_F(Promising, TheFirstBatchOfAStreamIsPromisedUnlessItLeapsTooFar) {
  stream_ = ingest_.Greet("agent-1", Hello()).value();
  std::future<base::Result<v1::Ack>> far;
  {
    const Blocked store(lane_);
    EXPECT_EQ(Submit(Batch(1, 2)).get().value().sequence(), 2U);
    const std::uint64_t beyond = (std::uint64_t{1} << 33U);
    far = Submit(Batch(beyond, beyond));
    EXPECT_EQ(far.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  }
  EXPECT_EQ(far.get().value().rejections_size(), 1);
  // The mark that the next greeting finds: what leaps from there is known to.
  stream_ = ingest_.Greet("agent-1", Hello()).value();
  EXPECT_EQ(stream_.order->taken.Lock()->sequence, 2U);
}

TEST_F(Promising, WhatComesAheadFirstIsPromisedAndTakenOnce) {
  stream_ = ingest_.Greet("agent-1", Hello()).value();
  const std::string left = folder_.File("left");
  const auto ahead = [](std::uint64_t sequence) {
    v1::EventBatch batch = Batch(sequence, sequence);
    batch.set_ahead(true);
    return batch;
  };
  std::future<base::Result<v1::Ack>> second;
  {
    const Blocked store(lane_);
    const auto ack = Submit(ahead(9)).get();
    ASSERT_TRUE(ack);
    EXPECT_EQ(ack->sequence(), 0U);
    EXPECT_EQ(ack->ahead_size() == 1 ? ack->ahead(0) : 0, 9U);
    EXPECT_EQ(ack->credits(), 1U);
    ASSERT_TRUE(Submit(Batch(1, 3)).get());
    std::filesystem::copy_file(path(), left);
    second = Submit(ahead(11));
    EXPECT_EQ(second.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  }
  EXPECT_EQ(second.get().value().ahead(0), 11U);
  for (int life = 0; life < 2; ++life) {
    queue_.reset();
    promises_.reset();
    std::filesystem::copy_file(left, path(), std::filesystem::copy_options::overwrite_existing);
    Open();
    promises_->AwaitStored(seconds(60));
    EXPECT_EQ(Stored(), 5U);
    EXPECT_EQ(Repeated(), 0U);
  }
}

TEST_F(Promising, WhatIsDamagedInTheJournalIsListedAsMissing) {
  const std::string left = LeftByAKill();
  std::string bytes = ReadText(left);
  bytes[ingest::JournalFile::kBegin + 40] ^= 1;
  WriteText(path(), bytes);
  OtherStore other(clock_);
  auto promises = PromisedBatches::Open(path(), kJournalBytes, other.ingest);
  IngestQueue queue(other.ingest, other.lane);
  queue.Promise(*promises);
  promises->AwaitStored(seconds(60));
  EXPECT_EQ(other.store.CountEvents().value(), 4U);
  const auto gaps = other.store.ListGaps({}).value().gaps;
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].kind(), v1::GAP_KIND_MISSING);
  EXPECT_EQ(gaps[0].first_sequence(), 3U);
  EXPECT_EQ(gaps[0].last_sequence(), 5U);
}

TEST_F(Promising, AJournalThatIsNoneIsDoneWithAndUsedAgain) {
  queue_.reset();
  promises_.reset();
  WriteText(path(), std::string(kJournalBytes, 'x'));
  Open();
  Begin();
  const Blocked store(lane_);
  EXPECT_TRUE(Submit(Batch(3, 5)).get());
  EXPECT_EQ(ingest::ReadJournal(ReadText(path())).records.size(), 1U);
}

TEST_F(Promising, AStoreThatFailsIsGivenItAgain) {
  Begin();
  {
    const Blocked store(lane_);
    ASSERT_TRUE(Submit(Batch(3, 5)).get());
    ASSERT_TRUE(Submit(Batch(6, 7)).get());
    store_.FailCommits(2);  // this one's, and the first try
  }
  promises_->AwaitStored(seconds(60));
  EXPECT_EQ(Stored(), 7U);
  EXPECT_EQ(Repeated(), 0U);
}

TEST_F(Promising, WhenTooMuchWaitsOnlyTheStoreAnswers) {
  queue_ = std::make_unique<IngestQueue>(ingest_, lane_, ingest::QueueLimits{.bytes_behind = 2000});
  queue_->Promise(*promises_);
  Begin();
  std::uint64_t promised = 2;
  std::future<base::Result<v1::Ack>> waiting;
  {
    const Blocked store(lane_);
    while (promised < 100) {
      waiting = Submit(Batch(promised + 1, promised + 1));
      // Far longer than a flush takes: only what waits for the store is not answered in this time.
      if (waiting.wait_for(seconds(3)) == std::future_status::timeout) break;
      EXPECT_EQ(waiting.get().value().sequence(), ++promised);
    }
    EXPECT_GT(promised, 3U);
    EXPECT_LT(promised, 50U);
  }
  EXPECT_EQ(waiting.get().value().sequence(), promised + 1);
  EXPECT_EQ(Stored(), promised + 1);
}

TEST_F(Promising, AFullJournalIsNoReasonToLoseAnything) {
  Open(folder_.File("small"), ingest::JournalFile::kBegin + 4 * ingest::JournalFile::kBlock);
  Begin();
  std::vector<std::future<base::Result<v1::Ack>>> answers;
  {
    const Blocked store(lane_);
    for (std::uint64_t i = 3; i < 600; i += 10) answers.push_back(Submit(Batch(i, i + 9)));
    EXPECT_EQ(answers.back().wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  }
  for (auto& answer : answers) EXPECT_TRUE(answer.get());
  EXPECT_EQ(Stored(), 602U);
}

TEST_F(Promising, WithoutAJournalTheStoreAnswers) {
  Open(folder_.File("no such folder/journal"));
  Begin();
  EXPECT_EQ(Submit(Batch(3, 4)).get().value().sequence(), 4U);
  EXPECT_EQ(Stored(), 4U);
}

}  // namespace
}  // namespace vigie::server
