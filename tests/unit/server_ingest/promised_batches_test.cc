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
  void Open() {
    queue_.reset();
    promises_ = *PromisedBatches::Open(path(), kJournalBytes, ingest_);
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
  // The store's answer to the stream's first batch: from now on it can be promised what comes.
  void Begin() { ASSERT_TRUE(Submit(Batch(1, 2)).get()); }
  std::uint64_t Stored() { return store_.CountEvents().value(); }
  std::uint64_t Repeated() { return store_.FindAgent("agent-1").value()->status.repeated_events(); }

  // Keeps the store from taking anything until it is destroyed.
  class Blocked {
   public:
    explicit Blocked(WriteLane& lane)
        : thread_([&lane, this] {
            EXPECT_TRUE(lane.Run([this](StoreTransaction&) -> base::Result<void> {
              begun_.set_value();
              go_on_.get_future().wait();
              return {};
            }));
          }) {
      begun_.get_future().wait();
    }
    ~Blocked() { go_on_.set_value(); }

   private:
    std::promise<void> begun_;
    std::promise<void> go_on_;
    std::jthread thread_;
  };

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
  }
  promises_->AwaitStored(seconds(60));
  EXPECT_EQ(Stored(), 6U);
}

TEST_F(Promising, TheFirstBatchOfAStreamWaitsForTheStoreAndSoDoWhatIsAheadOrNotBelieved) {
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

TEST_F(Promising, WhatALifeHasPromisedTheNextOneTakesOnce) {
  Begin();
  const std::string left = folder_.File("left");
  {
    const Blocked store(lane_);
    ASSERT_TRUE(Submit(Batch(3, 5)).get());
    ASSERT_TRUE(Submit(Batch(6, 7)).get());
    std::filesystem::copy_file(path(), left);  // as a kill leaves it
    EXPECT_EQ(Stored(), 2U);
  }
  // The store had none of it, the first of it, all of it: each time all is there once.
  queue_.reset();
  promises_.reset();
  EXPECT_EQ(Stored(), 7U);
  std::filesystem::copy_file(left, path(), std::filesystem::copy_options::overwrite_existing);
  Open();
  promises_->AwaitStored(seconds(60));
  EXPECT_EQ(Stored(), 7U);
  EXPECT_EQ(Repeated(), 0U) << "nobody sent anything twice";
}

TEST_F(Promising, TheNextLifeTakesWhatTheStoreNeverHad) {
  Begin();
  const std::string left = folder_.File("left");
  {
    const Blocked store(lane_);
    ASSERT_TRUE(Submit(Batch(3, 5)).get());
    ASSERT_TRUE(Submit(Batch(6, 7)).get());
    std::filesystem::copy_file(path(), left);
  }
  queue_.reset();
  promises_.reset();
  // Another store, as it was before: it has the first batch.
  MemoryStore store;
  detect::Detector detector(store, clock_, {});
  ASSERT_TRUE(detector.Start(nullptr));
  WriteLane lane(store, detector);
  ingest::Ingest ingest(lane, detector, clock_, {.trust_greetings = true});
  v1::Hello hello;
  hello.set_agent_id("agent-1");
  hello.set_host("w1");
  hello.set_boot_epoch(MakeEvent({}).boot_epoch());
  *hello.mutable_at() = contract::ToProto(clock_.Now());
  const auto agent = ingest.Greet("", hello);
  ASSERT_TRUE(agent) << agent.error().message;
  ASSERT_TRUE(ingest.Accept(*agent, Batch(1, 2)));
  for (int life = 0; life < 2; ++life) {
    std::filesystem::copy_file(left, path(), std::filesystem::copy_options::overwrite_existing);
    auto promises = *PromisedBatches::Open(path(), kJournalBytes, ingest);
    IngestQueue queue(ingest, lane);
    queue.Promise(*promises);
    promises->AwaitStored(seconds(60));
    EXPECT_EQ(store.CountEvents().value(), 7U);
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
    // Of an agent that the store does not know: a row is gone.
    stream_ = {"agent-9", "w1", "w1", 0, {}, std::make_shared<StreamOrder>()};
    *stream_.order->taken.Lock() = {MakeEvent({}).boot_epoch(), 1};
    v1::EventBatch batch = Batch(2, 2);
    batch.mutable_events(0)->set_agent_id("agent-9");
    ASSERT_TRUE(Submit(std::move(batch)).get());
  }
  promises_->AwaitStored(seconds(60));
  EXPECT_EQ(Stored(), 5U);
  v1::EventBatch next = Batch(3, 3);
  next.mutable_events(0)->set_agent_id("agent-9");
  EXPECT_EQ(Submit(std::move(next)).get().error().code, base::ErrorCode::kUnavailable);
  queue_.reset();
  promises_.reset();
  Open();  // finds it again
  promises_->AwaitStored(seconds(60));
  EXPECT_FALSE(promises_->CheckAgent("agent-9"));
  EXPECT_TRUE(promises_->CheckAgent("agent-1"));
}

TEST_F(Promising, WithoutAJournalTheStoreAnswers) {
  queue_.reset();
  promises_.reset();
  std::filesystem::remove(path());
  promises_ = *PromisedBatches::Open(folder_.File("no such folder/journal"), kJournalBytes, ingest_);
  queue_ = std::make_unique<IngestQueue>(ingest_, lane_);
  queue_->Promise(*promises_);
  Begin();
  EXPECT_EQ(Submit(Batch(3, 4)).get().value().sequence(), 4U);
  EXPECT_EQ(Stored(), 4U);
}

}  // namespace
}  // namespace vigie::server
