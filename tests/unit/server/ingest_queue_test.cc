#include "server/ingest/ingest_queue.h"

#include <future>

#include "proto/contract/time_conversion.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

using IngestQueueing = ServerFixture;

v1::EventBatch OneEvent(std::uint64_t sequence) {
  v1::EventBatch batch;
  *batch.add_events() = MakeEvent({.sequence = sequence});
  return batch;
}

TEST_F(IngestQueueing, AnswersEachBatchInOrder) {
  Start(nullptr);
  Enrol("agent-1");
  ingest::IngestQueue queue(ingest_);
  std::promise<std::vector<std::uint64_t>> all;
  std::vector<std::uint64_t> acknowledged;
  for (std::uint64_t sequence = 1; sequence <= 5; ++sequence) {
    queue.Submit({"agent-1", "w1", "w1"}, OneEvent(sequence), [&](base::Result<v1::Ack> ack) {
      acknowledged.push_back(ack ? ack->sequence() : 0);
      if (acknowledged.size() == 5) all.set_value(acknowledged);
    });
  }
  EXPECT_EQ(all.get_future().get(), (std::vector<std::uint64_t>{1, 2, 3, 4, 5}));
}

TEST_F(IngestQueueing, WhatDoesNotFitIsAnsweredAtOnce) {
  Start(nullptr);
  Enrol("agent-1");
  ingest::IngestQueue queue(ingest_, 1);
  std::promise<void> begun;
  std::promise<void> go_on;
  // Keeps the thread busy: the first answer waits for the test.
  queue.Submit({"agent-1", "w1", "w1"}, OneEvent(1), [&](const base::Result<v1::Ack>&) {
    begun.set_value();
    go_on.get_future().wait();
  });
  begun.get_future().wait();
  std::promise<bool> waited;
  queue.Submit({"agent-1", "w1", "w1"}, OneEvent(2),
               [&](const base::Result<v1::Ack>& ack) { waited.set_value(static_cast<bool>(ack)); });
  base::ErrorCode refused = base::ErrorCode::kInternal;
  queue.Submit({"agent-1", "w1", "w1"}, OneEvent(3),
               [&](const base::Result<v1::Ack>& ack) { refused = ack.error().code; });
  EXPECT_EQ(refused, base::ErrorCode::kUnavailable);
  go_on.set_value();
  EXPECT_TRUE(waited.get_future().get());
}

TEST_F(IngestQueueing, AStopAnswersEverybody) {
  Start(nullptr);
  Enrol("agent-1");
  std::atomic<int> answers{0};
  {
    ingest::IngestQueue queue(ingest_);
    for (std::uint64_t sequence = 1; sequence <= 50; ++sequence) {
      queue.Submit({"agent-1", "w1", "w1"}, OneEvent(sequence), [&](const base::Result<v1::Ack>&) { ++answers; });
    }
    queue.Stop();
    queue.Submit({"agent-1", "w1", "w1"}, OneEvent(51), [&](const base::Result<v1::Ack>& ack) {
      EXPECT_FALSE(ack);
      ++answers;
    });
  }
  EXPECT_EQ(answers, 51);
}

}  // namespace
}  // namespace vigie::server
